using DaprShop.Shop.Gateway;

namespace DaprShop.Shop.Import;

/// <summary>A figure of the shop beside the figure of the file.</summary>
internal sealed record Figure(string Name, decimal Expected, decimal Actual)
{
    public decimal Difference => Actual - Expected;
}

/// <summary>The state of the shop after the import.</summary>
/// <param name="Summary">The orders of this import.</param>
/// <param name="LeftOut">The number of lines that were read and not sent.</param>
/// <param name="Confirmed">Units per SKU of the confirmed orders, according to the file.</param>
/// <param name="ConfirmedTotals">The totals of the confirmed orders, according to the file.</param>
/// <param name="Stock">The stock of every SKU of the file.</param>
/// <param name="Others">What others than the import have done to the SKUs of the file.</param>
/// <param name="Unsold">The number of stocked SKUs with available units before the returns.</param>
/// <param name="Credited">GBP refunded.</param>
internal sealed record ImportOutcome(
    OrdersSummary Summary,
    int LeftOut,
    IReadOnlyDictionary<string, long> Confirmed,
    Totals ConfirmedTotals,
    IReadOnlyDictionary<string, StockTotal> Stock,
    IReadOnlyDictionary<string, OthersUnits> Others,
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
    public static IReadOnlyList<Figure> Of(ImportPlan plan, OpeningStock opening, ImportOutcome shop)
    {
        var stocked = plan.Skus.Values.Where(s => s.Stocked).ToList();
        List<Figure> figures =
        [
            new("orders", plan.Orders, shop.Summary.Total),
            new("confirmed + rejected", plan.Orders, shop.Summary.Of("confirmed") + shop.Summary.Of("rejected")),
        ];
        if (opening != OpeningStock.Short)
        {
            figures.Add(new("orders confirmed", plan.Orders, shop.Summary.Of("confirmed")));
            figures.Add(new("orders rejected", 0, shop.Summary.Of("rejected")));
        }

        var sold = opening == OpeningStock.Short ? shop.ConfirmedTotals : plan.Sales;
        figures.AddRange([
            new("order lines", sold.Lines, shop.Summary.Lines),
            new("units sold", sold.Units, shop.Summary.Units),
            new("revenue, GBP", sold.Value, shop.Summary.Revenue),
            new(
                "SKUs whose allocated units differ from the confirmed orders",
                0,
                stocked.Count(s => At(s).Allocated - By(s).Allocated != shop.Confirmed.GetValueOrDefault(s.Sku))
            ),
            new(
                "SKUs where sold + available units differ from opening stock + returns",
                0,
                stocked.Count(s =>
                    At(s).Available - By(s).Available + shop.Confirmed.GetValueOrDefault(s.Sku)
                    != s.OpeningUnits(opening) + Returned(s)
                )
            ),
            new(
                "SKUs with a negative quantity",
                0,
                stocked.Count(s => At(s) is var at && at.Short > 0 || Math.Min(at.OnHand, at.Allocated) < 0)
            ),
        ]);
        if (opening == OpeningStock.Exact)
            figures.Add(new("SKUs with available units before the returns", 0, shop.Unsold));
        if (shop.WithReturns)
        {
            figures.Add(
                new(
                    "returned units of stocked SKUs",
                    stocked.Sum(s => s.Returned),
                    stocked.Sum(s => At(s).Available - By(s).Available)
                        - stocked.Sum(s => s.OpeningUnits(opening))
                        + stocked.Sum(s => shop.Confirmed.GetValueOrDefault(s.Sku))
                )
            );
            figures.Add(new("value of the returns, GBP", plan.Returns.Value, shop.Credited));
        }

        figures.Add(new("lines left out", plan.LinesLeftOut, shop.LeftOut));
        return plan.Lines == RetailFigures.Lines ? [.. figures, .. Published(plan)] : figures;

        long Returned(SkuPlan sku) => shop.WithReturns ? sku.Returned : 0;
        OthersUnits By(SkuPlan sku) => shop.Others.GetValueOrDefault(sku.Sku, OthersUnits.None);
        StockTotal At(SkuPlan sku) => shop.Stock.GetValueOrDefault(sku.Sku) ?? new StockTotal(0, 0, 0);
    }

    /// <summary>The totals of the whole retail file must match its published figures.</summary>
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
