using System.Globalization;

namespace DaprShop.History.Domain;

/// <summary>A place in an order's timeline: what comes after it is the next page. Its text is opaque to callers.</summary>
/// <param name="OrderId">Tells entries of several orders apart, where one fact has made them all.</param>
internal readonly record struct Cursor(DateTimeOffset At, Step Step, long Position, Guid OrderId = default)
{
    public static Cursor Start { get; } = new(DateTimeOffset.UnixEpoch, Step.Accepted, 0);

    /// <summary>Whence the newest are read.</summary>
    public static Cursor End { get; } =
        new(new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero), Step.Parcel, long.MaxValue, Guid.AllBitsSet);

    public static Cursor After(OrderEntry entry) => new(entry.At, entry.Step, entry.Position, entry.OrderId);

    public static bool TryParse(string? text, Cursor start, out Cursor cursor)
    {
        cursor = start;
        if (text is null)
            return true;
        if (
            text.Split('-') is not [var at, var step, var position, var order]
            || !Guid.TryParseExact(order, "N", out var orderId)
            || !long.TryParse(at, CultureInfo.InvariantCulture, out var microseconds)
            || microseconds is < 0 or > 200_000_000_000_000_000
            || !short.TryParse(step, CultureInfo.InvariantCulture, out var rank)
            || !long.TryParse(position, CultureInfo.InvariantCulture, out var place)
        )
            return false;
        cursor = new Cursor(
            DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond),
            (Step)rank,
            place,
            orderId
        );
        return true;
    }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(At - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond}-{(short)Step}-{Position}-{OrderId:N}"
        );
}
