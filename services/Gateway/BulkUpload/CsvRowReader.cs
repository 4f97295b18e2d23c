using System.Globalization;
using System.Text.Json.Nodes;
using DaprShop.Contracts;

namespace DaprShop.Gateway.BulkUpload;

/// <summary>Reads CSV: consecutive lines with the same key are the lines of one order.</summary>
internal sealed class CsvRowReader(CsvHeader header) : IRowReader
{
    private const int MaxUnreadable = 100;
    private static readonly string[] SameInAllLines = [CsvHeader.Customer, CsvHeader.Token, CsvHeader.OnShortage];

    // The next readable line decides whether these are in the middle of an order.
    private readonly List<BulkRow> _unreadable = [];
    private OrderBuilder? _order;

    public IEnumerable<BulkRow> Read(FileLine line)
    {
        if (line.Error is null && string.IsNullOrWhiteSpace(line.Text))
            return [];
        var fields = line.Text is null ? null : CsvRules.SplitFields(line.Text);
        if (FindError(line, fields) is { } error)
        {
            _unreadable.Add(new BulkRow(line.Number, null, error));
            return _unreadable.Count < MaxUnreadable ? [] : Complete();
        }

        if (_order is { Key: not "" } open && open.Key == header.Field(fields!, CsvHeader.Key))
        {
            // An order is accepted with all its lines or not at all.
            if (_unreadable is [var unreadable, ..])
                open.Error ??= $"Line {unreadable.Row}, in the middle of the order, cannot be read: {unreadable.Error}";
            if (FindDifference(open.FirstLine, fields!) is { } column)
                open.Error ??= $"Line {line.Number} has a different {column} than the order's first line.";
            _unreadable.Clear();
            open.AddLine(header, fields!);
            return [];
        }

        var completed = Complete();
        _order = new OrderBuilder(line.Number, header.Field(fields!, CsvHeader.Key), fields!);
        _order.AddLine(header, fields!);
        return completed;
    }

    public IEnumerable<BulkRow> Complete()
    {
        List<BulkRow> rows = [.. _order is null ? [] : new[] { _order.Build(header) }, .. _unreadable];
        _unreadable.Clear();
        _order = null;
        return rows;
    }

    private string? FindError(FileLine line, List<string>? fields)
    {
        if (line.Error is not null)
            return line.Error;
        if (fields is null)
            return "A quotation mark is unclosed or in the middle of a field.";
        return fields.Count == header.Count
            ? null
            : $"The header has {header.Count} columns, but this line has {fields.Count}.";
    }

    /// <summary>
    /// The first column whose value must be equal in all lines of an order and is not. Empty values are allowed.
    /// </summary>
    private string? FindDifference(IReadOnlyList<string> firstLine, IReadOnlyList<string> fields) =>
        Array.Find(SameInAllLines, column =>
            header.Field(fields, column) is not "" and var value && value != header.Field(firstLine, column)
        );

    /// <summary>Collects the lines of one order.</summary>
    private sealed class OrderBuilder(int row, string key, IReadOnlyList<string> firstLine)
    {
        private readonly JsonArray _lines = [];
        private int _length;

        public string Key => key;

        public IReadOnlyList<string> FirstLine => firstLine;

        public string? Error { get; set; }

        public void AddLine(CsvHeader header, IReadOnlyList<string> fields)
        {
            _length += fields.Sum(f => f.Length);
            if (_length > BulkFormat.MaxLineLength)
                Error ??= $"The order is longer than {BulkFormat.MaxLineLength} characters.";
            if (Error is not null)
                return;
            var line = new JsonObject
            {
                ["sku"] = header.Field(fields, CsvHeader.Sku),
                ["quantity"] = ParseQuantity(header.Field(fields, CsvHeader.Quantity)),
            };
            if (header.Field(fields, CsvHeader.UnitPrice) is not "" and var price)
                line["unitPrice"] = ParsePrice(price);
            _lines.Add(line);
        }

        public BulkRow Build(CsvHeader header)
        {
            if (Error is not null)
                return new BulkRow(row, null, Error);
            var order = new JsonObject
            {
                ["lines"] = _lines,
                ["payment"] = new JsonObject { ["token"] = header.Field(firstLine, CsvHeader.Token) },
            };
            foreach (var column in new[] { CsvHeader.Key, CsvHeader.Customer, CsvHeader.OnShortage })
                if (header.Field(firstLine, column) is not "" and var value)
                    order[column] = value;
            return new BulkRow(row, order.ToJsonString());
        }

        // Text that is not a number is passed on as text: Orders reports the field and the line.
        private static JsonNode ParseQuantity(string text) =>
            long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : text;

        private static JsonNode ParsePrice(string text) =>
            decimal.TryParse(
                text,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var number
            )
                ? number
                : text;
    }
}
