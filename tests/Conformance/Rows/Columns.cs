using DaprShop.Conformance.Runtime;

namespace DaprShop.Conformance.Rows;

/// <summary>The columns that a row is run in: all, or one of those that share what it depends on.</summary>
public static class Columns
{
    public static TheoryData<string> Brokers => ["redis", "rabbitmq", "kafka", Column.Embedded];

    /// <summary>Brokers that keep a message for an app that has never subscribed. RabbitMQ has no queue yet to keep it in.</summary>
    public static TheoryData<string> BrokersThatKeep => ["redis", "kafka", Column.Embedded];

    public static TheoryData<string> Stores => ["redis", "postgres", Column.Embedded];

    /// <summary>Redis carries out the other operations of a transaction that it refuses (MULTI has no way back).</summary>
    public static TheoryData<string> StoresThatRollBack => ["postgres", Column.Embedded];

    public static TheoryData<string> Pairs => [.. Column.All.Select(c => c.ToString())];
}
