using System.Globalization;

namespace DaprShop.History.Timelines;

/// <summary>A position in an order timeline, after which the next page starts. Its text is opaque to clients.</summary>
/// <param name="OrderId">Separates entries of several orders that one event has produced.</param>
internal readonly record struct TimelineCursor(
    DateTimeOffset At,
    TimelineStep Step,
    long Position,
    Guid OrderId = default
)
{
    private const long MaxMicroseconds = 200_000_000_000_000_000;

    /// <summary>Before the oldest entry.</summary>
    public static TimelineCursor Start { get; } = new(DateTimeOffset.UnixEpoch, TimelineStep.Accepted, 0);

    /// <summary>After the newest entry.</summary>
    public static TimelineCursor End { get; } =
        new(
            new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero),
            TimelineStep.FulfilmentChanged,
            long.MaxValue,
            Guid.AllBitsSet
        );

    /// <summary>The cursor that points just past <paramref name="entry"/>.</summary>
    public static TimelineCursor After(TimelineEntry entry) => new(entry.At, entry.Step, entry.Position, entry.OrderId);

    /// <summary>
    /// Parses a cursor; <paramref name="start"/> stands for a missing one. False where the text is not a cursor.
    /// </summary>
    public static bool TryParse(string? text, TimelineCursor start, out TimelineCursor cursor)
    {
        cursor = start;
        if (text is null)
            return true;
        if (
            text.Split('-') is not [var at, var step, var position, var order]
            || !Guid.TryParseExact(order, "N", out var orderId)
            || !long.TryParse(at, CultureInfo.InvariantCulture, out var microseconds)
            || microseconds is < 0 or > MaxMicroseconds
            || !short.TryParse(step, CultureInfo.InvariantCulture, out var stepNumber)
            || !long.TryParse(position, CultureInfo.InvariantCulture, out var logPosition)
        )
            return false;
        cursor = new TimelineCursor(
            DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond),
            (TimelineStep)stepNumber,
            logPosition,
            orderId
        );
        return true;
    }

    public override string ToString()
    {
        var microseconds = (At - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return string.Create(CultureInfo.InvariantCulture, $"{microseconds}-{(short)Step}-{Position}-{OrderId:N}");
    }
}
