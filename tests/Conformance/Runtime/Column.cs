namespace DaprShop.Conformance.Runtime;

/// <summary>A runtime with a broker and a store. Null: the row does not depend on that part.</summary>
internal sealed record Column(string? Broker, string? Store)
{
    public const string Embedded = "embedded";

    private static readonly string[] Brokers = ["redis", "rabbitmq", "kafka"];
    private static readonly string[] Stores = ["redis", "postgres"];

    /// <summary>The columns of the table.</summary>
    public static IReadOnlyList<Column> All { get; } =
    [.. Brokers.SelectMany(b => Stores.Select(s => new Column(b, s))), new(Embedded, Embedded)];

    public bool IsEmbedded => Broker == Embedded || Store == Embedded;

    public static Column OfBroker(string broker) => new(broker, broker == Embedded ? Embedded : null);

    public static Column OfStore(string store) => new(store == Embedded ? Embedded : null, store);

    public static Column OfPair(string name) => All.Single(c => c.ToString() == name);

    /// <summary>
    /// True when a result of this column also holds for <paramref name="other"/>, a column of the table.
    /// </summary>
    public bool Covers(Column other) =>
        (Broker ?? other.Broker) == other.Broker
        && (Store ?? other.Store) == other.Store
        && IsEmbedded == other.IsEmbedded;

    /// <inheritdoc />
    public override string ToString() =>
        IsEmbedded ? Embedded : string.Join('+', new[] { Broker, Store }.Where(part => part is not null));
}
