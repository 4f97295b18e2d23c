using DaprShop.Contracts;
using DaprShop.Orders.Model;

namespace DaprShop.Orders.Saga;

/// <summary>An order in a batch.</summary>
/// <param name="DecideBy">Until when its customer may decide; null where nothing is asked, or where it is decided.</param>
/// <param name="Since">When it got to its status.</param>
internal sealed record OwnedOrder(
    Guid Id,
    OrderStatus Status,
    decimal Total,
    string PaymentToken,
    bool Declined,
    bool Undo,
    int Attempts,
    DateTimeOffset? DecideBy = null,
    DateTimeOffset Since = default
);

/// <summary>Units that an order keeps of a SKU; what it wanted beyond them is cancelled.</summary>
internal sealed record Cut(Guid OrderId, string Sku, long Keep);

/// <summary>A decided transition.</summary>
internal sealed record Move(
    Guid OrderId,
    OrderStatus From,
    OrderStatus To,
    string? Reason = null,
    IReadOnlyList<Shortage>? Shortages = null
);

/// <summary>What one saga step leaves behind, written in one transaction.</summary>
internal sealed record StepResult
{
    public IReadOnlyList<Move> Moves { get; init; } = [];

    /// <summary>What orders that take what is there do without. Written where the order's move is.</summary>
    public IReadOnlyList<Cut> Cuts { get; init; } = [];

    /// <summary>Refused payments and why.</summary>
    public IReadOnlyList<(Guid OrderId, string? Reason)> Declined { get; init; } = [];

    /// <summary>Compensated orders.</summary>
    public IReadOnlyList<Guid> Undone { get; init; } = [];

    /// <summary>Orders whose saga is over.</summary>
    public IReadOnlyList<Guid> LetGo { get; init; } = [];

    /// <summary>Orders to be claimed again, and when.</summary>
    public IReadOnlyList<(Guid OrderId, DateTimeOffset DueAt)> PutBack { get; init; } = [];

    /// <summary>Orders that wait for stock, and when to ask for it at the latest.</summary>
    public IReadOnlyList<(Guid OrderId, DateTimeOffset DueAt)> Waiting { get; init; } = [];

    /// <summary>True when the batch has no further step.</summary>
    public bool Finish { get; init; }
}
