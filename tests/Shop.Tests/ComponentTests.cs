using DaprShop.Contracts;
using YamlDotNet.RepresentationModel;

namespace DaprShop.Shop.Tests;

/// <summary>The components, and every setting without which a message or a workflow was lost in a test.</summary>
public sealed class ComponentTests
{
    private const int LargestBulk = 200;
    private static readonly string Folder = Path.Combine(ShopFolder.Find().Root, "components");
    private static readonly string[] Workers = [Apps.Orders, Apps.Inventory, Apps.Payments, Apps.History];

    public static TheoryData<string, string, string> Profile =>
        new()
        {
            { "common/secrets.yaml", Components.Secrets, "secretstores.local.file" },
            { "brokers/redis/pubsub.yaml", Components.PubSub, "pubsub.redis" },
            { "brokers/redis/broadcast.yaml", Components.Broadcast, "pubsub.redis" },
            { "brokers/rabbitmq/pubsub.yaml", Components.PubSub, "pubsub.rabbitmq" },
            { "brokers/rabbitmq/broadcast.yaml", Components.Broadcast, "pubsub.rabbitmq" },
            { "brokers/kafka/pubsub.yaml", Components.PubSub, "pubsub.kafka" },
            { "brokers/kafka/broadcast.yaml", Components.Broadcast, "pubsub.kafka" },
            { "stores/redis/cache.yaml", Components.Cache, "state.redis" },
            { "stores/redis/workflowstore.yaml", Components.WorkflowStore, "state.redis" },
            { "stores/postgres/cache.yaml", Components.Cache, "state.postgresql" },
            { "stores/postgres/workflowstore.yaml", Components.WorkflowStore, "state.postgresql" },
        };

    /// <summary>File, setting, value, and the consequence of a missing setting.</summary>
    public static TheoryData<string, string, string, string> Guards =>
        new()
        {
            {
                "brokers/rabbitmq/pubsub.yaml",
                "deletedWhenUnused",
                "false",
                "4,749 of 5,200 messages were lost while the app was away"
            },
            { "brokers/rabbitmq/pubsub.yaml", "durable", "true", "queues die with the broker" },
            { "brokers/rabbitmq/pubsub.yaml", "deliveryMode", "2", "messages die with the broker" },
            {
                "brokers/rabbitmq/pubsub.yaml",
                "publisherConfirm",
                "true",
                "a publish is acknowledged before the broker has it"
            },
            { "brokers/rabbitmq/pubsub.yaml", "autoAck", "false", "a message is removed before it is handled" },
            {
                "brokers/rabbitmq/pubsub.yaml",
                "requeueInFailure",
                "true",
                "a message is removed when its handler fails"
            },
            {
                "brokers/rabbitmq/broadcast.yaml",
                "consumerID",
                "{uuid}",
                "replicas share the messages instead of each receiving all"
            },
            {
                "brokers/rabbitmq/broadcast.yaml",
                "deletedWhenUnused",
                "true",
                "the queues of stopped sidecars grow without limit"
            },
            {
                "brokers/kafka/pubsub.yaml",
                "initialOffset",
                "oldest",
                "500 of 600 messages published before the first subscription were lost"
            },
            {
                "brokers/kafka/pubsub.yaml",
                "producerRequiredAcks",
                "all",
                "a publish is acknowledged before it is replicated"
            },
            { "brokers/kafka/pubsub.yaml", "consumeRetryEnabled", "true", "a message whose handler fails is skipped" },
            {
                "brokers/kafka/pubsub.yaml",
                "version",
                "2.8.0",
                "the sidecar uses a protocol version that Kafka 4 does not support"
            },
            {
                "brokers/kafka/broadcast.yaml",
                "consumerGroup",
                "{uuid}",
                "replicas share the messages instead of each receiving all"
            },
            {
                "brokers/redis/broadcast.yaml",
                "consumerID",
                "{uuid}",
                "replicas share the messages instead of each receiving all"
            },
            { "brokers/redis/pubsub.yaml", "processingTimeout", "30000", "duration strings are ignored" },
            { "brokers/redis/pubsub.yaml", "redeliverInterval", "5000", "duration strings are ignored" },
            { "brokers/redis/pubsub.yaml", "streamTTL", "10m", "Redis keeps every message forever" },
            {
                "brokers/redis/broadcast.yaml",
                "streamTTL",
                "1m",
                "a new sidecar reads every message that was ever broadcast"
            },
            { "stores/redis/workflowstore.yaml", "actorStateStore", "true", "no workflow starts" },
            { "stores/postgres/workflowstore.yaml", "actorStateStore", "true", "no workflow starts" },
        };

    [Theory]
    [MemberData(nameof(Profile))]
    public void A_component_has_the_name_that_the_services_use(string file, string name, string type)
    {
        var component = Read(file);

        Text(component, "metadata", "name").Should().Be(name);
        Text(component, "spec", "type").Should().Be(type);
    }

    [Fact]
    public void Every_component_has_a_test() =>
        Directory
            .EnumerateFiles(Folder, "*.yaml", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Folder, path).Replace('\\', '/'))
            .Except(["common/config.yaml", "common/resiliency.yaml"])
            .Should()
            .BeEquivalentTo(Profile.Select(row => row.Data.Item1));

    [Theory]
    [MemberData(nameof(Guards))]
    public void A_setting_that_prevents_a_loss_is_present(
        string file,
        string setting,
        string value,
        string otherwise
    ) => Metadata(file).GetValueOrDefault(setting).Should().Be(value, $"otherwise {otherwise}");

    [Theory]
    [InlineData("brokers/redis/pubsub.yaml", "concurrency")]
    [InlineData("brokers/redis/pubsub.yaml", "queueDepth")]
    [InlineData("brokers/redis/broadcast.yaml", "concurrency")]
    [InlineData("brokers/redis/broadcast.yaml", "queueDepth")]
    [InlineData("brokers/rabbitmq/pubsub.yaml", "prefetchCount")]
    [InlineData("brokers/rabbitmq/broadcast.yaml", "prefetchCount")]
    public void A_bulk_delivery_may_be_as_large_as_subscriptions_request(string file, string setting) =>
        int.Parse(Metadata(file)[setting], null).Should().BeGreaterThanOrEqualTo(LargestBulk);

    [Theory]
    [InlineData("brokers/redis/pubsub.yaml")]
    [InlineData("brokers/redis/broadcast.yaml")]
    public void A_stream_is_not_trimmed(string file) =>
        Metadata(file).Should().NotContainKey("maxLenApprox", "it trims messages that no consumer has read");

    [Fact]
    public void The_two_PostgreSQL_stores_have_separate_metadata_tables()
    {
        var (cache, workflows) = (
            Metadata("stores/postgres/cache.yaml"),
            Metadata("stores/postgres/workflowstore.yaml")
        );

        cache["tablePrefix"].Should().NotBe(workflows["tablePrefix"]);
        cache["metadataTableName"].Should().NotBe(workflows["metadataTableName"]);
    }

    [Theory]
    [InlineData("redis")]
    [InlineData("postgres")]
    public void Only_apps_with_workflows_or_actors_have_an_actor_state_store(string store) =>
        Scopes($"stores/{store}/workflowstore.yaml").Should().Equal(Apps.Orders, Apps.Inventory);

    [Theory]
    [InlineData("redis")]
    [InlineData("rabbitmq")]
    [InlineData("kafka")]
    public void Services_with_an_event_log_or_a_projection_have_the_work_component_and_all_apps_have_broadcast(
        string broker
    )
    {
        Scopes($"brokers/{broker}/pubsub.yaml").Should().Equal(Workers);
        Scopes($"brokers/{broker}/broadcast.yaml").Should().BeEmpty();
    }

    [Fact]
    public void Inbound_retries_are_unlimited_and_have_no_timeout()
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
        ((YamlSequenceNode)Read(file)["spec"]["metadata"])
            .Cast<YamlMappingNode>()
            .Where(item => item.Children.ContainsKey("value"))
            .ToDictionary(item => item["name"].ToString(), item => item["value"].ToString());

    private static IEnumerable<string> Scopes(string file) =>
        Read(file).Children.TryGetValue("scopes", out var scopes)
            ? ((YamlSequenceNode)scopes).Select(app => app.ToString())
            : [];

    private static string Text(YamlMappingNode node, string outer, string inner) => node[outer][inner].ToString();

    private static YamlMappingNode Read(string file)
    {
        var yaml = new YamlStream();
        using var reader = new StreamReader(Path.Combine(Folder, file));
        yaml.Load(reader);
        return (YamlMappingNode)yaml.Documents.Single().RootNode;
    }
}
