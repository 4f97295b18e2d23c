using System.Text.Json;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Tests;

public sealed class SidecarMetadataTests
{
    [Fact]
    public void A_wedged_sidecar_has_no_workers() =>
        SidecarMetadata
            .ConnectedWorkers(Json("""{"id":"orders","actorRuntime":{"runtimeStatus":"RUNNING"}}"""))
            .Should()
            .Be(0);

    [Fact]
    public void Workers_are_counted() =>
        SidecarMetadata.ConnectedWorkers(Json("""{"workflows":{"connectedWorkers":2}}""")).Should().Be(2);

    [Fact]
    public void Declared_and_actual_subscriptions_are_compared_by_component_and_topic()
    {
        var declared = SidecarMetadata.Declared(
            Json("""[{"pubsubName":"pubsub","topic":"orders","route":"/a"},{"pubsubname":"pubsub","topic":"stock"}]""")
        );
        var subscribed = SidecarMetadata.Subscribed(
            Json("""{"subscriptions":[{"pubsubname":"pubsub","topic":"orders","type":"PROGRAMMATIC"}]}""")
        );

        declared.Except(subscribed).Should().Equal("pubsub/stock");
    }

    [Fact]
    public void An_app_without_subscriptions_waits_for_none() => SidecarMetadata.Declared(null).Should().BeEmpty();

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
