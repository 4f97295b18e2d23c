using DaprShop.Shop.Commands;

namespace DaprShop.Shop.Tests;

public sealed class TokenCommandTests
{
    [Theory]
    [InlineData("--customer", "a/b")]
    [InlineData("--customer", "zoë")]
    [InlineData("--operator", "..")]
    [InlineData("--operator", " olga")]
    public void A_token_is_refused_to_a_name_that_the_shop_would_not_take(string option, string name) =>
        TokenCommand
            .Create()
            .Parse([option, name])
            .Errors.Should()
            .ContainSingle()
            .Which.Message.Should()
            .Contain(option)
            .And.Contain("letters A to Z");

    [Theory]
    [InlineData("--customer", "ann+test@example.org")]
    [InlineData("--operator", "olga")]
    public void A_token_is_issued_to_a_name(string option, string name) =>
        TokenCommand.Create().Parse([option, name]).Errors.Should().BeEmpty();
}
