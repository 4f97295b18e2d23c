using DaprShop.Shop.Infrastructure;
using DaprShop.TestKit.Servers;

namespace DaprShop.Conformance.Runtime;

/// <summary>What a column needs of this machine.</summary>
internal static class Requirements
{
    /// <summary>Skips the test where something is missing; in CI, fails it. Kafka alone may be missing anywhere: no distribution carries it.</summary>
    public static void Require(Column column)
    {
        if (column.Broker == "kafka" && LocalKafka.Binary is null)
            Assert.Skip("Kafka is not here: it needs ../shared/kafka/kafka beside the checkout, and Java.");
        string?[] missing = column.IsEmbedded ? [] :
        [
            DaprBinaries.Find() is null ? "the Dapr runtime in ~/.dapr/bin" : null,
            column.Broker == "redis" || column.Store == "redis" ? LocalRedis.Binary is null ? "redis-server" : null : null,
            column.Broker == "rabbitmq" && LocalRabbitMq.Binary is null ? "rabbitmq-server" : null,
        ];
        if (missing.FirstOrDefault(m => m is not null) is not { } what) return;
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail($"{column} needs {what}.");
        Assert.Skip($"{column} needs {what}.");
    }
}
