using DaprShop.Contracts;
using DaprShop.Shop.Infrastructure;
using YamlDotNet.RepresentationModel;

namespace DaprShop.Shop.Tests;

public sealed class ComponentTests
{
    private static readonly string Folder = Path.Combine(ShopFolder.Find().Root, "components");

    public static TheoryData<string, string, string> Profile => new()
    {
        { "common/secrets.yaml", Components.Secrets, "secretstores.local.file" },
        { "redis/pubsub.yaml", Components.PubSub, "pubsub.redis" },
        { "redis/broadcast.yaml", Components.Broadcast, "pubsub.redis" },
        { "redis/cache.yaml", Components.Cache, "state.redis" },
        { "redis/workflowstore.yaml", Components.WorkflowStore, "state.redis" },
    };

    [Theory]
    [MemberData(nameof(Profile))]
    public void A_component_has_the_name_that_the_services_know(string file, string name, string type)
    {
        var component = Read(file);

        Text(component, "metadata", "name").Should().Be(name);
        Text(component, "spec", "type").Should().Be(type);
    }

    [Fact]
    public void Only_orders_has_an_actor_state_store()
    {
        var scopes = (YamlSequenceNode)Read("redis/workflowstore.yaml").Children["scopes"];

        scopes.Select(app => app.ToString()).Should().Equal(Apps.Orders);
    }

    [Theory]
    [InlineData("redis/pubsub.yaml")]
    [InlineData("redis/broadcast.yaml")]
    public void A_bulk_delivery_is_not_capped_below_what_subscriptions_ask_for(string file)
    {
        var metadata = Metadata(file);

        int.Parse(metadata["concurrency"], null).Should().BeGreaterThanOrEqualTo(200);
        int.Parse(metadata["queueDepth"], null).Should().BeGreaterThanOrEqualTo(200);
        metadata.Should().NotContainKey("maxLenApprox", "it trims what nobody has read yet");
    }

    [Fact]
    public void Inbound_retries_never_end_and_have_no_timeout()
    {
        var spec = (YamlMappingNode)Read("common/resiliency.yaml").Children["spec"];
        var targets = (YamlMappingNode)spec["targets"]["components"];

        foreach (var component in new[] { Components.PubSub, Components.Broadcast })
        {
            var inbound = (YamlMappingNode)targets[component]["inbound"];
            inbound.Children.Keys.Select(key => key.ToString()).Should().Equal("retry");
            spec["policies"]["retries"][inbound["retry"].ToString()]["maxRetries"].ToString().Should().Be("-1");
        }
    }

    private static Dictionary<string, string> Metadata(string file) =>
        ((YamlSequenceNode)Read(file)["spec"]["metadata"]).Cast<YamlMappingNode>().Where(item => item.Children.ContainsKey("value"))
            .ToDictionary(item => item["name"].ToString(), item => item["value"].ToString());

    private static string Text(YamlMappingNode node, string outer, string inner) => node[outer][inner].ToString();

    private static YamlMappingNode Read(string file)
    {
        var yaml = new YamlStream();
        using var reader = new StreamReader(Path.Combine(Folder, file));
        yaml.Load(reader);
        return (YamlMappingNode)yaml.Documents.Single().RootNode;
    }
}
