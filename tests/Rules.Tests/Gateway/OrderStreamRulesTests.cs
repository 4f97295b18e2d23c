using DaprShop.Contracts;
using DaprShop.Gateway.LiveStatus;
using DaprShop.Gateway.ServerSentEvents;

namespace DaprShop.Rules.Tests.Gateway;

/// <summary>Which transitions a stream sends.</summary>
public sealed class OrderStreamRulesTests
{
    [Theory]
    [InlineData("", 0L)]
    [InlineData("0", 0L)]
    [InlineData("17", 17L)]
    [InlineData("99999999999", 99999999999L)]
    [InlineData("-1", null)]
    [InlineData("1a", null)]
    [InlineData(" 1", null)]
    public void The_last_event_id_is_a_version(string header, long? version) =>
        LastEventId.Parse(header).Should().Be(version);

    [Theory]
    [InlineData(3, "delivered", 3, true)]
    [InlineData(3, "delivered", 2, false)]
    [InlineData(3, "paid", 3, false)]
    public void A_stream_is_complete_when_its_client_has_the_final_status(
        int version,
        string status,
        int lastSent,
        bool complete
    ) =>
        OrderStreamRules
            .IsComplete(new OrderTransitions(Guid.Empty, version, status, []), lastSent)
            .Should()
            .Be(complete);

    [Theory]
    [InlineData(2, "Skip")]
    [InlineData(3, "Skip")]
    [InlineData(4, "Send")]
    [InlineData(5, "Fetch")]
    public void After_version_three_the_next_one_is_sent_and_a_gap_is_fetched(int version, string action) =>
        OrderStreamRules.Decide(version, lastSent: 3).ToString().Should().Be(action);
}
