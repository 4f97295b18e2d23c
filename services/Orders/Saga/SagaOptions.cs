namespace DaprShop.Orders.Saga;

/// <summary>How the saga batches. Configured as <c>Saga:BatchSize</c>, <c>Saga:Slots</c>, <c>Saga:StaleAfterSeconds</c>; the first two may be changed while running.</summary>
internal sealed class SagaOptions(IConfiguration configuration)
{
    public const int MaxBatchSize = 500;
    public const int MaxSlots = 200;

    private volatile Batching _current = new(
        configuration.GetValue("Saga:BatchSize", 200),
        configuration.GetValue("Saga:Slots", 4)
    );

    /// <summary>Orders per workflow, at most, and workflows in flight, at most.</summary>
    public Batching Current
    {
        get => _current;
        set => _current = value;
    }

    /// <summary>How long a customer has to decide: <c>Saga:DecideWithinMinutes</c>.</summary>
    public TimeSpan DecideWithin { get; } =
        TimeSpan.FromMinutes(configuration.GetValue("Saga:DecideWithinMinutes", 24 * 60d));

    /// <summary>How long an order may be reserved without being paid: <c>Saga:PayWithinMinutes</c>. Then it expires, and what is captured later goes back.</summary>
    public TimeSpan PayWithin { get; } = TimeSpan.FromMinutes(configuration.GetValue("Saga:PayWithinMinutes", 30d));

    /// <summary>A batch that has not progressed for so long loses its orders. A scheduler's restart may take 24 s.</summary>
    public TimeSpan StaleAfter { get; } = TimeSpan.FromSeconds(configuration.GetValue("Saga:StaleAfterSeconds", 30));
}

/// <param name="BatchSize">Orders per workflow, at most.</param>
/// <param name="Slots">Workflows in flight per replica, at most.</param>
internal sealed record Batching(int BatchSize, int Slots);
