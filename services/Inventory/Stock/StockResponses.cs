using System.Text.Json;
using System.Text.Json.Serialization;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>What callers are told of what they changed; kept with their key, and repeated word for word.</summary>
internal static class StockResponses
{
    public static JsonSerializerOptions Json { get; } =
        new(JsonSerializerDefaults.Web)
        {
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        };

    /// <param name="Short">Units that are promised but not there.</param>
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

    /// <summary>Levels after a booking.</summary>
    internal sealed record Booked(string Cause, IReadOnlyList<LevelResponse> Levels);

    /// <summary>A count: <paramref name="Difference"/> is what was found too much, or too little.</summary>
    /// <param name="Shortages">The newest claims that the units there do not cover any more.</param>
    internal sealed record Counted(
        string Cause,
        long Difference,
        LevelResponse Level,
        IReadOnlyList<LeftShort> Shortages
    );

    internal sealed record LeftShort(Guid OrderId, long Quantity);

    internal sealed record HoldResponse(
        Guid Id,
        HoldState State,
        DateTimeOffset ExpiresAt,
        IReadOnlyList<AllocationPart> Lines
    )
    {
        public static HoldResponse Of(Hold hold) => new(hold.Id, hold.State, hold.ExpiresAt, hold.Lines);
    }

    /// <param name="Position">1 for the next in line; 0 for who has an offer already.</param>
    internal sealed record InLine(Guid Id, string Sku, int Quantity, WaitlistEntryState State, int Position);

    /// <param name="Busy">SKUs that others were changing: ask again for those.</param>
    internal sealed record Repaired(IReadOnlyList<Change> Changes, IReadOnlyList<string> Busy);

    /// <summary>What a repair did. <paramref name="What"/>: the kind of the movement, or what was restored without one.</summary>
    /// <param name="Cause">Of the movement, or whose claim it is.</param>
    /// <param name="Quantity">Units, signed.</param>
    internal sealed record Change(string Sku, string? Location, string What, string? Cause, long Quantity);

    /// <param name="Refused">Why nothing has left; null where it has.</param>
    internal sealed record Shipped(Guid OrderId, IReadOnlyList<AllocationPart> Lines, string? Refused);
}
