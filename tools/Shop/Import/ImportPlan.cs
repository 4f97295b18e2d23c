namespace DaprShop.Shop.Import;

/// <summary>The totals of the input, found by reading it once: the opening stock, and the expected result.</summary>
internal sealed class ImportPlan
{
    private readonly Dictionary<string, int> _linesOfInvoice = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SkuPlan> _skus = new(StringComparer.Ordinal);
    private readonly HashSet<string> _orders = new(StringComparer.Ordinal);

    /// <summary>
    /// The number of lines per imported invoice. An invoice is complete only when all were read: the file contains one
    /// whose lines are not consecutive.
    /// </summary>
    public IReadOnlyDictionary<string, int> LinesOfInvoice => _linesOfInvoice;

    public IReadOnlyDictionary<string, SkuPlan> Skus => _skus;

    public int Orders => _orders.Count;

    public Totals Sales { get; } = new();

    public Totals Returns { get; } = new();

    public int ReturnInvoices => _linesOfInvoice.Keys.Count(RetailLine.IsCredit);

    public int LinesLeftOut { get; private set; }

    public int Lines => Sales.Lines + Returns.Lines + LinesLeftOut;

    /// <summary>
    /// Reads the whole input, or with a limit only the invoices up to the last of <paramref name="orders"/> orders.
    /// </summary>
    public static ImportPlan Of(IEnumerable<RetailLine> lines, int orders = int.MaxValue)
    {
        var plan = new ImportPlan();
        foreach (var line in lines)
        {
            if (plan._linesOfInvoice.ContainsKey(line.Invoice) || plan.Orders < orders)
                plan.Add(line);
        }

        return plan;
    }

    private void Add(RetailLine line)
    {
        _linesOfInvoice[line.Invoice] = _linesOfInvoice.GetValueOrDefault(line.Invoice) + 1;
        if (!line.IsSale && !line.IsReturn)
        {
            LinesLeftOut++;
            return;
        }

        if (!_skus.TryGetValue(line.Sku, out var sku))
            _skus.Add(line.Sku, sku = new SkuPlan(line.Sku));
        sku.Add(line);
        if (line.IsReturn)
        {
            Returns.Add(-line.Quantity, -line.Value);
            return;
        }

        Sales.Add(line.Quantity, line.Value);
        _orders.Add(line.Invoice);
    }
}

/// <summary>Lines, units and GBP.</summary>
internal sealed class Totals
{
    public int Lines { get; private set; }

    public long Units { get; private set; }

    public decimal Value { get; private set; }

    public void Add(int units, decimal value)
    {
        Lines++;
        Units += units;
        Value += value;
    }
}

/// <summary>The totals of one SKU.</summary>
internal sealed class SkuPlan(string sku)
{
    private string? _name;

    public string Sku => sku;

    public bool Stocked => !ServiceCodes.Contains(sku);

    public string Name => _name ?? sku;

    /// <summary>GBP; the last price in the input.</summary>
    public decimal Price { get; private set; }

    public long Ordered { get; private set; }

    public long Returned { get; private set; }

    public void Add(RetailLine line)
    {
        if (!string.IsNullOrWhiteSpace(line.Name))
            _name = line.Name.Trim();
        Price = line.Price;
        if (line.IsReturn)
            Returned -= line.Quantity;
        else
            Ordered += line.Quantity;
    }

    /// <summary>Units in stock before the first order.</summary>
    public long OpeningUnits(OpeningStock opening) =>
        !Stocked
            ? 0
            : opening switch
            {
                OpeningStock.Exact => Ordered,
                OpeningStock.Short => Math.Max(0, Ordered - 1),
                _ => Ordered * 10,
            };
}

/// <summary>The amount of stock before the first order.</summary>
internal enum OpeningStock
{
    /// <summary>Exactly the ordered units.</summary>
    Exact,

    /// <summary>One unit less than ordered of each SKU.</summary>
    Short,

    /// <summary>Ten times the ordered units.</summary>
    Plenty,
}
