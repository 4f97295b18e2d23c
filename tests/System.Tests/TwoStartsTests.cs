namespace DaprShop.SystemTests;

/// <summary>Two `./shop up` at once start one shop.</summary>
[Collection("one shop at a time")]
public sealed class TwoStartsTests
{
    [Fact]
    public async Task The_second_start_waits_for_the_first_and_ends_none_of_its_processes()
    {
        await using var shop = new LiveShop();

        var first = shop.TryAsync("up", "--detach", "--runtime", "embedded");
        await Task.Delay(TimeSpan.FromMilliseconds(500), TestContext.Current.CancellationToken);
        var second = shop.TryAsync("up", "--detach", "--runtime", "embedded");

        var (firstCode, firstOutput, firstErrors) = await first;
        firstCode.Should().Be(0, $"{firstOutput}\n{firstErrors}");
        var supervisor = shop.State()!.Value.GetProperty("supervisor").ToString();
        var (secondCode, secondOutput, secondErrors) = await second;
        secondCode.Should().Be(0, $"{secondOutput}\n{secondErrors}");
        secondOutput.Should().Contain("already running").And.Contain("Ready.");
        shop.State()!.Value.GetProperty("supervisor").ToString().Should().Be(supervisor);
        await shop.AuditAsync();
    }
}
