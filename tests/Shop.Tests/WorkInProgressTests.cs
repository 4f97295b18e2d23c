using DaprShop.Shop.Startup;

namespace DaprShop.Shop.Tests;

/// <summary>What <c>status</c> says besides that the shop is ready.</summary>
public sealed class WorkInProgressTests
{
    private static readonly WorkInProgress None = new(0, SagaPaused: false, ParkedMessages: 0, NeedAttention: 0);

    [Fact]
    public void Nothing_is_said_where_nothing_waits() => None.Notes.Should().BeEmpty();

    [Fact]
    public void What_waits_is_paused_is_parked_or_needs_an_operator_is_said_each_in_a_sentence()
    {
        (None with { SagaPaused = true }).Notes.Should().ContainSingle().Which.Should().Contain("PUT /ops/saga");
        (None with { InSaga = 3 }).Notes.Should().Equal("3 orders are in progress.");
        (None with { ParkedMessages = 2 })
            .Notes.Should()
            .Equal("2 messages are parked. `GET /ops/dead-letters` lists them.");
        (None with { ParkedMessages = null })
            .Notes.Should()
            .Equal("History does not say how many messages are parked.");
        (None with { NeedAttention = 4 })
            .Notes.Should()
            .Equal("4 entries need an operator. `GET /ops/attention` lists them.");
    }
}
