using System.Text.Json;
using System.Text.Json.Serialization;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Responses to keyed commands. They are recorded with the key, and a repetition gets the same bytes.
/// </summary>
internal static class StockResponses
{
    public static JsonSerializerOptions Json { get; } =
        new(JsonSerializerDefaults.Web)
        {
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        };

    /// <summary>A stock level. All quantities are units.</summary>
    /// <param name="Short">Units that are promised but not on hand.</param>
    /// <param name="Sequence">Number of the level's last movement.</param>
    internal sealed record LevelResponse(
        string Sku,
        string Location,
        long OnHand,
        long Unavailable,
        long Allocated,
        long Held,
        long Incoming,
        long Available,
        long Short,
        long Sequence
    )
    {
        public static LevelResponse Of(Level level) =>
            new(
                level.Sku,
                level.Location,
                level.Quantities.OnHand,
                level.Quantities.Unavailable,
                level.Quantities.Allocated,
                level.Quantities.Held,
                level.Quantities.Incoming,
                level.Available,
                level.Short,
                level.Sequence
            );
    }

    /// <summary>The levels after a booking.</summary>
    internal sealed record BookingResponse(string Cause, IReadOnlyList<LevelResponse> Levels);

    /// <summary>The level after a count.</summary>
    /// <param name="Difference">Units by which on-hand changed; negative where units were missing.</param>
    /// <param name="Shortages">The orders among the newest claims that the units on hand no longer cover.</param>
    /// <param name="Holds">The holds among them.</param>
    internal sealed record CountResponse(
        string Cause,
        long Difference,
        LevelResponse Level,
        IReadOnlyList<OrderShortage> Shortages,
        IReadOnlyList<HoldShortage> Holds
    );

    /// <summary>Units of a customer's hold that are not on hand.</summary>
    internal sealed record HoldShortage(Guid HoldId, string Customer, long Quantity);

    /// <summary>Units allocated to an order that are not on hand.</summary>
    internal sealed record OrderShortage(Guid OrderId, long Quantity);

    /// <param name="Lines">Per location the units that were held, and how many of them orders have used.</param>
    internal sealed record HoldResponse(
        Guid Id,
        HoldState State,
        DateTimeOffset ExpiresAt,
        IReadOnlyList<HoldLine> Lines
    )
    {
        public static HoldResponse Of(Hold hold) => new(hold.Id, hold.State, hold.ExpiresAt, hold.Lines);
    }

    /// <param name="Position">1 for the next in line; 0 for an entry that has an offer or was withdrawn.</param>
    internal sealed record WaitlistResponse(Guid Id, string Sku, int Quantity, WaitlistEntryState State, int Position);

    /// <param name="Busy">SKUs that other commands were changing: repair them again.</param>
    internal sealed record RepairResponse(IReadOnlyList<RepairedItem> Changes, IReadOnlyList<string> Busy);

    /// <summary>The units that a cancellation released, and those that the order no longer waits for.</summary>
    internal sealed record ReleasedUnitsResponse(
        Guid OrderId,
        IReadOnlyList<AllocationPart> Lines,
        IReadOnlyList<OrderedUnits> NoLongerAwaited
    );

    /// <summary>A change made by a repair.</summary>
    /// <param name="Kind">The kind of the movement, or the name of what was restored without a movement.</param>
    /// <param name="Cause">Cause of the movement, or owner of the claim.</param>
    /// <param name="Quantity">Units, signed.</param>
    internal sealed record RepairedItem(string Sku, string? Location, string Kind, string? Cause, long Quantity);

    /// <param name="Refused">Why nothing was shipped; null where the lines were shipped.</param>
    internal sealed record ShipmentResponse(Guid OrderId, IReadOnlyList<AllocationPart> Lines, string? Refused);
}
