using DaprShop.Conformance.Runtime;

namespace DaprShop.Conformance.Rows;

/// <summary>The columns of a row: all, or one per broker or store that the row depends on.</summary>
public static class Columns
{
    public static TheoryData<string> Brokers => ["redis", "rabbitmq", "kafka", Column.Embedded];

    /// <summary>
    /// Brokers that keep messages for an app before its first subscription. RabbitMQ has no queue then.
    /// </summary>
    public static TheoryData<string> BrokersThatKeep => ["redis", "kafka", Column.Embedded];

    public static TheoryData<string> Stores => ["redis", "postgres", Column.Embedded];

    /// <summary>
    /// Stores that roll back. Redis applies the other operations of a rejected transaction (MULTI cannot roll back).
    /// </summary>
    public static TheoryData<string> StoresThatRollBack => ["postgres", Column.Embedded];

    public static TheoryData<string> Pairs => [.. Column.All.Select(c => c.ToString())];
}
