namespace DaprShop.Contracts;

/// <summary>The topics. Each has one producer, whose event log it carries in pages (<see cref="EventPage"/>).</summary>
public static class Topics
{
    public const string Orders = "orders";
    public const string Stock = "stock";
    public const string Payments = "payments";

    /// <summary>Where the sidecar puts what a subscriber of <paramref name="topic"/> could not even read.</summary>
    public static string DeadLettersOf(string topic) => $"{topic}-dead";

    /// <summary>Where what <paramref name="topic"/> tells is told to every replica. A name of its own: brokers do not let work and broadcast share one.</summary>
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
