using System.Globalization;
using System.Text.Json.Nodes;
using DaprShop.Contracts;

namespace DaprShop.Gateway.Domain;

/// <summary>Comma-separated lines; consecutive ones of one key are the lines of one order.</summary>
internal sealed class CsvRows(CsvHeader header) : IRowReader
{
    private const int MaxUnreadable = 100;
    private static readonly string[] SameInAllLines = [CsvHeader.Customer, CsvHeader.Token, CsvHeader.OnShortage];

    // Whether they stand in the middle of an order is known when the next line is.
    private readonly List<BulkRow> _unreadable = [];
    private Order? _order;

    public IEnumerable<BulkRow> Take(FileLine line)
    {
        if (line.Fault is null && string.IsNullOrWhiteSpace(line.Text))
            return [];
        var fields = line.Text is null ? null : CsvHeader.Split(line.Text);
        var fault = line.Fault
            ?? (
                fields is null ? "A quotation mark is not closed, or stands in the middle of a field."
                : fields.Count == header.Count ? null
                : $"It has {fields.Count} fields, the header has {header.Count}."
            );
        if (fault is not null)
        {
            _unreadable.Add(new BulkRow(line.Number, null, fault));
            return _unreadable.Count < MaxUnreadable ? [] : End();
        }

        if (_order is { Key: not "" } open && open.Key == header.Field(fields!, CsvHeader.Key))
        {
            // A part of an order is none: it is taken whole, or not at all.
            if (_unreadable.Count > 0)
                open.Fault ??=
                    $"Line {_unreadable[0].Row}, which is in the middle of the order, cannot be read: {_unreadable[0].Fault}";
            if (
                Array.Find(SameInAllLines, c =>
                    header.Field(fields!, c) is var value && value != "" && value != header.Field(open.First, c)
                ) is
                { } differs
            )
                open.Fault ??= $"Line {line.Number} has another {differs} than the order's first line.";
            _unreadable.Clear();
            open.Add(header, fields!);
            return [];
        }

        var complete = End();
        _order = new Order(line.Number, header.Field(fields!, CsvHeader.Key), fields!);
        _order.Add(header, fields!);
        return complete;
    }

    public IEnumerable<BulkRow> End()
    {
        List<BulkRow> rows = [.. _order is null ? [] : new[] { _order.ToRow(header) }, .. _unreadable];
        _unreadable.Clear();
        _order = null;
        return rows;
    }

    private sealed class Order(int row, string key, IReadOnlyList<string> first)
    {
        private readonly JsonArray _lines = [];
        private int _length;

        public string Key => key;

        public IReadOnlyList<string> First => first;

        public string? Fault { get; set; }

        public void Add(CsvHeader header, IReadOnlyList<string> fields)
        {
            _length += fields.Sum(f => f.Length);
            if (_length > BulkFormat.MaxLineLength)
                Fault ??= $"The order has more than {BulkFormat.MaxLineLength} characters.";
            if (Fault is not null)
                return;
            var (quantity, price) = (
                header.Field(fields, CsvHeader.Quantity),
                header.Field(fields, CsvHeader.UnitPrice)
            );

            // What is no number stays text: Orders says which field of which line is wrong.
            var line = new JsonObject
            {
                ["sku"] = header.Field(fields, CsvHeader.Sku),
                ["quantity"] = long.TryParse(
                    quantity,
                    NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture,
                    out var units
                )
                    ? units
                    : quantity,
            };
            if (price != "")
                line["unitPrice"] = decimal.TryParse(
                    price,
                    NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var pounds
                )
                    ? pounds
                    : price;
            _lines.Add(line);
        }

        public BulkRow ToRow(CsvHeader header)
        {
            if (Fault is not null)
                return new BulkRow(row, null, Fault);
            var order = new JsonObject
            {
                ["lines"] = _lines,
                ["payment"] = new JsonObject { ["token"] = header.Field(first, CsvHeader.Token) },
            };
            foreach (var column in new[] { CsvHeader.Key, CsvHeader.Customer, CsvHeader.OnShortage })
                if (header.Field(first, column) is var value and not "")
                    order[column] = value;
            return new BulkRow(row, order.ToJsonString());
        }
    }
}
