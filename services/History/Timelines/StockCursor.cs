using System.Globalization;

namespace DaprShop.History.Timelines;

/// <summary>A position in a stock timeline, before which the next page ends. Its text is opaque to clients.</summary>
/// <param name="Operation">Position of the operation in Inventory's event log.</param>
/// <param name="Name">The movement's location in a SKU's timeline, its SKU in a location's.</param>
internal readonly record struct StockCursor(long Operation, string Name, long Sequence)
{
    /// <summary>After the newest movement.</summary>
    public static StockCursor End { get; } = new(long.MaxValue, "", long.MaxValue);

    /// <summary>Parses a cursor; a missing one is <see cref="End"/>. False where the text is not a cursor.</summary>
    public static bool TryParse(string? text, out StockCursor cursor)
    {
        cursor = End;
        if (text is null)
            return true;
        if (
            text.Split('-', 3) is not [var operation, var sequence, var name]
            || !long.TryParse(operation, CultureInfo.InvariantCulture, out var position)
            || !long.TryParse(sequence, CultureInfo.InvariantCulture, out var number)
        )
            return false;
        cursor = new StockCursor(position, name, number);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Operation}-{Sequence}-{Name}");
}
