using System.Text;

namespace DaprShop.Gateway.Domain;

/// <summary>Which column is where.</summary>
internal sealed class CsvHeader
{
    public const string Key = "key";
    public const string Customer = "customer";
    public const string Sku = "sku";
    public const string Quantity = "quantity";
    public const string UnitPrice = "unitPrice";
    public const string Token = "token";
    public const string OnShortage = "onShortage";

    private static readonly string[] Needed = [Sku, Quantity, Token];
    private static readonly string[] Known = [Key, Customer, Sku, Quantity, UnitPrice, Token, OnShortage];
    private readonly Dictionary<string, int> _places;

    private CsvHeader(Dictionary<string, int> places) => _places = places;

    /// <summary>Fields of each line.</summary>
    public int Count => _places.Count;

    /// <summary>The field of that column, empty where there is no such column.</summary>
    public string Field(IReadOnlyList<string> fields, string column) =>
        _places.TryGetValue(column, out var place) ? fields[place] : "";

    /// <summary>Reads the first line; null, and what is wrong with it, where it is no header.</summary>
    public static CsvHeader? Parse(string? line, out string fault)
    {
        var columns = Split(line ?? "")?.Select(c => c.Trim()).ToList() ?? [];
        fault =
            $"The first line is a header: {string.Join(", ", Needed)} and, as you like, {string.Join(", ", Known.Except(Needed))}, each once, separated by commas. ";
        if (columns.Find(c => !Known.Contains(c, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            fault += $"There is no column '{unknown}'.";
        else if (columns.Count != columns.Distinct(StringComparer.OrdinalIgnoreCase).Count())
            fault += "A column stands there twice.";
        else if (Needed.FirstOrDefault(n => !columns.Contains(n, StringComparer.OrdinalIgnoreCase)) is { } missing)
            fault += $"'{missing}' is missing.";
        else
            return new CsvHeader(
                columns.Index().ToDictionary(c => c.Item, c => c.Index, StringComparer.OrdinalIgnoreCase)
            );
        return null;
    }

    /// <summary>The fields of a line, by RFC 4180, but that none goes on in the next line: an open quotation mark must not swallow the file. Null where the quotation is wrong.</summary>
    public static List<string>? Split(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        for (var i = 0; ; i++)
        {
            if (i < line.Length && line[i] == '"')
            {
                for (i++; ; i++)
                {
                    if (i == line.Length)
                        return null;
                    if (line[i] != '"')
                        field.Append(line[i]);
                    else if (i + 1 < line.Length && line[i + 1] == '"')
                        field.Append(line[i++]);
                    else
                        break;
                }

                i++;
                if (i < line.Length && line[i] != ',')
                    return null;
            }
            else
            {
                for (; i < line.Length && line[i] != ','; i++)
                {
                    if (line[i] == '"')
                        return null;
                    field.Append(line[i]);
                }
            }

            fields.Add(field.ToString());
            field.Clear();
            if (i >= line.Length)
                return fields;
        }
    }
}
