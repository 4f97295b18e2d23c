namespace DaprShop.Contracts;

/// <summary>The topics. Each has one producer, whose event log it carries in pages (<see cref="EventPage"/>).</summary>
public static class Topics
{
    public const string Orders = "orders";
    public const string Stock = "stock";
    public const string Payments = "payments";

    /// <summary>
    /// The topic to which the sidecar moves messages of <paramref name="topic"/> that it could not deliver.
    /// </summary>
    public static string DeadLettersOf(string topic) => $"{topic}-dead";

    /// <summary>
    /// The broadcast topic of <paramref name="topic"/>. It has a name of its own because brokers do not let work and
    /// broadcast share one.
    /// </summary>
    public static string BroadcastOf(string topic) => $"{topic}-live";

    /// <summary>The app whose event log <paramref name="topic"/> carries.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such topic.</exception>
    public static string ProducerOf(string topic) =>
        topic switch
        {
            Orders => Apps.Orders,
            Stock => Apps.Inventory,
            Payments => Apps.Payments,
            _ => throw new ArgumentOutOfRangeException(nameof(topic), topic, "Not one of the shop's topics."),
        };
}
