namespace DaprShop.ServiceDefaults.Tests;

public sealed class ProblemsTests
{
    [Theory]
    [InlineData("status")]
    [InlineData("type")]
    [InlineData("title")]
    [InlineData("detail")]
    [InlineData("instance")]
    public void A_member_of_the_standard_cannot_be_given_twice(string member)
    {
        var problem = () => Problems.Of(409, "kind", "Title", "Detail.", (member, "again"));
        problem.Should().Throw<ArgumentException>().WithMessage($"'{member}' is a member of every problem.*");
        Problems.Of(409, "kind", "Title", "Detail.", ("orderStatus", "cancelled")).StatusCode.Should().Be(409);
    }
}
