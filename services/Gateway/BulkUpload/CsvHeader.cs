namespace DaprShop.Gateway.BulkUpload;

/// <summary>The header of a CSV file: the position of each column.</summary>
internal sealed class CsvHeader
{
    public const string Key = "key";
    public const string Customer = "customer";
    public const string Sku = "sku";
    public const string Quantity = "quantity";
    public const string UnitPrice = "unitPrice";
    public const string Token = "token";
    public const string OnShortage = "onShortage";

    private static readonly string[] Required = [Sku, Quantity, Token];
    private static readonly string[] All = [Key, Customer, Sku, Quantity, UnitPrice, Token, OnShortage];
    private readonly Dictionary<string, int> _positions;

    private CsvHeader(Dictionary<string, int> positions) => _positions = positions;

    /// <summary>Number of columns.</summary>
    public int Count => _positions.Count;

    /// <summary>The value of <paramref name="column"/>; empty where the file has no such column.</summary>
    public string Field(IReadOnlyList<string> fields, string column) =>
        _positions.TryGetValue(column, out var position) ? fields[position] : "";

    /// <summary>
    /// Parses the first line. Returns null and the <paramref name="error"/> where it is not a valid header.
    /// </summary>
    public static CsvHeader? Parse(string? line, out string error)
    {
        var columns = CsvRules.SplitFields(line ?? "")?.Select(c => c.Trim()).ToList() ?? [];
        error =
            $"The first line must be a header with the columns {string.Join(", ", Required)}, and optionally "
            + $"{string.Join(", ", All.Except(Required))}, separated by commas. ";
        if (columns.Find(c => !All.Contains(c, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            error += $"Unknown column '{unknown}'.";
        else if (
            columns.GroupBy(c => c, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice
        )
            error += $"Duplicate column '{twice.Key}'.";
        else if (Array.Find(Required, c => !columns.Contains(c, StringComparer.OrdinalIgnoreCase)) is { } missing)
            error += $"Missing column '{missing}'.";
        else
            return new CsvHeader(
                columns.Index().ToDictionary(c => c.Item, c => c.Index, StringComparer.OrdinalIgnoreCase)
            );
        return null;
    }
}
