using DaprShop.Contracts;

namespace DaprShop.Orders.Domain;

/// <summary>What follows from the answers of Inventory and Payments. Pure: the shell asks, this decides, the shell writes.</summary>
internal static class SagaSteps
{
    /// <summary>Reserved, or rejected for want of stock.</summary>
    public static StepResult AfterReserve(IEnumerable<ReserveOutcome> outcomes) => new()
    {
        Moves = [.. outcomes.Select(o => o.State switch
        {
            ReservationState.Allocated => new Move(o.OrderId, OrderStatus.Accepted, OrderStatus.Reserved),
            ReservationState.OutOfStock => new Move(o.OrderId, OrderStatus.Accepted, OrderStatus.Rejected, "out of stock", o.Shortages),
            _ => new Move(o.OrderId, OrderStatus.Accepted, OrderStatus.Rejected, "its stock was released before it was reserved"),
        })],
    };

    /// <summary>Paid, or refused; who has no answer yet stays reserved.</summary>
    public static StepResult AfterCharge(IReadOnlyList<ChargeOutcome> outcomes) => new()
    {
        Moves = [.. outcomes.Where(o => o.State == ChargeState.Captured).Select(o => new Move(o.OrderId, OrderStatus.Reserved, OrderStatus.Paid))],
        Declined = [.. outcomes.Where(o => o.State is ChargeState.Declined or ChargeState.Refunded).Select(o => (o.OrderId, o.Reason ?? "payment declined"))],
    };

    /// <summary>The orders whose stock must go back before the batch can be settled.</summary>
    public static IReadOnlyList<Guid> ToRelease(IEnumerable<OwnedOrder> owned) => [.. owned.Where(o => o.Undo || IsDeclined(o)).Select(o => o.Id)];

    /// <summary>The orders whose money must go back before that.</summary>
    public static IReadOnlyList<Guid> ToRefund(IEnumerable<OwnedOrder> owned) => [.. owned.Where(o => o.Undo).Select(o => o.Id)];

    /// <summary>The batch's end, after releases and refunds: every order is final, confirmed, or put back for another attempt.</summary>
    public static StepResult Settle(IReadOnlyList<OwnedOrder> owned, DateTimeOffset now)
    {
        var unanswered = owned.Where(o => o.Status is OrderStatus.Accepted or OrderStatus.Reserved && !IsDeclined(o)).ToList();
        return new StepResult
        {
            Moves = [.. owned.Select(o => o switch
            {
                { Status: OrderStatus.Paid } => new Move(o.Id, OrderStatus.Paid, OrderStatus.Confirmed),
                _ when IsDeclined(o) => new Move(o.Id, OrderStatus.Reserved, OrderStatus.Rejected),
                _ => null,
            }).OfType<Move>()],
            Undone = [.. owned.Where(o => o.Undo).Select(o => o.Id)],
            PutBack = [.. unanswered.Select(o => (o.Id, now + Pause(o.Attempts)))],
            LetGo = [.. owned.Except(unanswered).Select(o => o.Id)],
            Finish = true,
        };
    }

    /// <summary>The wait before attempt <paramref name="attempts"/> + 1: a quarter of a second, doubling, ten seconds at most.</summary>
    public static TimeSpan Pause(int attempts) => TimeSpan.FromMilliseconds(Math.Min(10_000, 250 * Math.Pow(2, Math.Max(attempts - 1, 0))));

    private static bool IsDeclined(OwnedOrder order) => order is { Status: OrderStatus.Reserved, Declined: true };
}
