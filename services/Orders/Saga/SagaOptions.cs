using System.ComponentModel.DataAnnotations;

namespace DaprShop.Orders.Saga;

/// <summary>The settings of the saga: section <c>Saga</c>.</summary>
internal sealed class SagaOptions
{
    public const string Section = "Saga";
    public const int MaxBatchSize = 500;
    public const int MaxSlots = 200;

    /// <summary>Orders per workflow, at most, at start; operators change it by <c>PUT /ops/saga</c>.</summary>
    [Range(1, MaxBatchSize)]
    public int BatchSize { get; init; } = 200;

    /// <summary>
    /// Workflows in flight per replica, at most, at start; 0 pauses the saga. Changed like <see cref="BatchSize"/>.
    /// </summary>
    [Range(0, MaxSlots)]
    public int Slots { get; init; } = 4;

    /// <summary>
    /// Minutes that a customer has to decide about an order that stock does not cover. Then it expires.
    /// </summary>
    [Range(0.001, 525_600)]
    public double DecideWithinMinutes { get; init; } = 24 * 60;

    /// <summary>
    /// Minutes that an order may be reserved without being paid. Then it expires, and a later capture is refunded.
    /// </summary>
    [Range(0.001, 525_600)]
    public double PayWithinMinutes { get; init; } = 30;

    /// <summary>
    /// Minutes, from the first decline of a card, in which the customer may name another one. Then the order is rejected.
    /// </summary>
    [Range(0.001, 525_600)]
    public double AnotherCardWithinMinutes { get; init; } = 10;

    /// <summary>
    /// Cards that one order may name, the first included. A shop that tries any number is used to test stolen ones.
    /// </summary>
    [Range(1, 1_000)]
    public int MaxCards { get; init; } = 10;

    /// <summary>
    /// Minutes in which the customer of a confirmed order whose authorisation has lapsed may name another card. Then the
    /// order expires.
    /// </summary>
    [Range(0.001, 525_600)]
    public double PayLapsedWithinMinutes { get; init; } = 3 * 24 * 60;

    /// <summary>
    /// Seconds without progress after which a batch is abandoned. A restart of Dapr's scheduler may take 24 s.
    /// </summary>
    [Range(1, 3600)]
    public double StaleAfterSeconds { get; init; } = 30;

    public TimeSpan DecideWithin => TimeSpan.FromMinutes(DecideWithinMinutes);

    public TimeSpan PayWithin => TimeSpan.FromMinutes(PayWithinMinutes);

    public TimeSpan AnotherCardWithin => TimeSpan.FromMinutes(AnotherCardWithinMinutes);

    public TimeSpan PayLapsedWithin => TimeSpan.FromMinutes(PayLapsedWithinMinutes);

    public TimeSpan StaleAfter => TimeSpan.FromSeconds(StaleAfterSeconds);
}

/// <param name="BatchSize">Orders per workflow, at most.</param>
/// <param name="Slots">Workflows in flight per replica, at most; 0 pauses the saga.</param>
internal sealed record Batching(int BatchSize, int Slots);

/// <summary>The batching that this replica uses; an operator may change it while it runs.</summary>
internal sealed class BatchingControl(SagaOptions options)
{
    private volatile Batching _current = new(options.BatchSize, options.Slots);

    public Batching Current
    {
        get => _current;
        set => _current = value;
    }
}
