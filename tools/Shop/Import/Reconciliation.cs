namespace DaprShop.Shop.Import;

/// <summary>A figure of the shop beside what the file says.</summary>
internal sealed record Figure(string Name, decimal Expected, decimal Got)
{
    public decimal Difference => Got - Expected;
}

/// <summary>What the shop says at the end.</summary>
/// <param name="Summary">Of this import's orders.</param>
/// <param name="LeftOut">Lines that were read and not sent.</param>
/// <param name="Confirmed">What the confirmed orders add up to in the file, per SKU: units.</param>
/// <param name="ConfirmedTotals">The same, in sum.</param>
/// <param name="Stock">Of every SKU of the file.</param>
/// <param name="Unsold">Stocked SKUs with anything available before the returns.</param>
/// <param name="Credited">GBP given back.</param>
internal sealed record Outcome(
    SummaryAnswer Summary,
    int LeftOut,
    IReadOnlyDictionary<string, long> Confirmed,
    Totals ConfirmedTotals,
    IReadOnlyDictionary<string, StockQuantities> Stock,
    int Unsold,
    bool WithReturns,
    decimal Credited
);

/// <summary>The published figures of the whole retail file.</summary>
internal static class RetailFigures
{
    public const int Lines = 541_909;
    public const int Orders = 19_960;
    public const int OrderLines = 530_104;
    public const long Units = 5_588_376;
    public const decimal Revenue = 10_666_684.544m;
    public const int LinesLeftOut = 2_517;
    public const int ReturnInvoices = 3_836;
    public const long ReturnedUnits = 277_574;
    public const decimal ReturnsValue = 896_812.49m;
}

/// <summary>Compares the shop with the file, figure by figure.</summary>
internal static class Reconciliation
{
    public static IReadOnlyList<Figure> Of(ImportPlan plan, Opening opening, Outcome shop)
    {
        var stocked = plan.Skus.Values.Where(s => s.Stocked).ToList();
        List<Figure> figures =
        [
            new("orders", plan.Orders, shop.Summary.Total),
            new("confirmed + rejected", plan.Orders, shop.Summary.Of("confirmed") + shop.Summary.Of("rejected")),
        ];
        if (opening != Opening.Short)
        {
            figures.Add(new("orders confirmed", plan.Orders, shop.Summary.Of("confirmed")));
            figures.Add(new("orders rejected", 0, shop.Summary.Of("rejected")));
        }

        var sold = opening == Opening.Short ? shop.ConfirmedTotals : plan.Sales;
        figures.AddRange([
            new("order lines", sold.Lines, shop.Summary.Lines),
            new("units sold", sold.Units, shop.Summary.Units),
            new("revenue, GBP", sold.Value, shop.Summary.Revenue),
            new(
                "SKUs whose sold units are not what confirmed orders ask for",
                0,
                stocked.Count(s => At(s).Allocated != shop.Confirmed.GetValueOrDefault(s.Sku))
            ),
            new(
                "SKUs where sold + left units are not the opening stock (and returns)",
                0,
                stocked.Count(s =>
                    At(s).Available + shop.Confirmed.GetValueOrDefault(s.Sku) != s.Opening(opening) + Returned(s)
                )
            ),
            new(
                "SKUs with a negative quantity",
                0,
                stocked.Count(s => At(s) is var at && Math.Min(at.Available, Math.Min(at.OnHand, at.Allocated)) < 0)
            ),
        ]);
        if (opening == Opening.Exact)
            figures.Add(new("SKUs with units left before the returns", 0, shop.Unsold));
        if (shop.WithReturns)
        {
            figures.Add(
                new(
                    "returned units of stocked SKUs",
                    stocked.Sum(s => s.Returned),
                    stocked.Sum(s => At(s).Available)
                        - stocked.Sum(s => s.Opening(opening))
                        + stocked.Sum(s => shop.Confirmed.GetValueOrDefault(s.Sku))
                )
            );
            figures.Add(new("value of the returns, GBP", plan.Returns.Value, shop.Credited));
        }

        figures.Add(new("lines left out", plan.LinesLeftOut, shop.LeftOut));
        return plan.Lines == RetailFigures.Lines ? [.. figures, .. Published(plan)] : figures;

        long Returned(SkuPlan sku) => shop.WithReturns ? sku.Returned : 0;
        StockQuantities At(SkuPlan sku) => shop.Stock.GetValueOrDefault(sku.Sku) ?? new StockQuantities(0, 0, 0);
    }

    /// <summary>The whole retail file must add up to its published figures.</summary>
    private static IEnumerable<Figure> Published(ImportPlan plan) =>
        [
            new("file: orders", RetailFigures.Orders, plan.Orders),
            new("file: order lines", RetailFigures.OrderLines, plan.Sales.Lines),
            new("file: units", RetailFigures.Units, plan.Sales.Units),
            new("file: revenue, GBP", RetailFigures.Revenue, plan.Sales.Value),
            new("file: lines left out", RetailFigures.LinesLeftOut, plan.LinesLeftOut),
            new("file: credit invoices", RetailFigures.ReturnInvoices, plan.ReturnInvoices),
            new("file: units returned, services included", RetailFigures.ReturnedUnits, plan.Returns.Units),
            new("file: value of the returns, GBP", RetailFigures.ReturnsValue, plan.Returns.Value),
        ];
}
