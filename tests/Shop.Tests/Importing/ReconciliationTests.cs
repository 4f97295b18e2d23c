using DaprShop.Shop.Gateway;
using DaprShop.Shop.Import;

namespace DaprShop.Shop.Tests.Importing;

public sealed class ReconciliationTests
{
    private static readonly ImportPlan Plan = ImportPlan.Of(RetailFileTests.Lines());

    [Fact]
    public void A_complete_import_matches_in_every_figure() =>
        Differing(OpeningStock.Exact, Perfect()).Should().BeEmpty();

    [Fact]
    public void A_missing_order_is_a_difference() =>
        Differing(OpeningStock.Exact, Perfect() with { Summary = Summary(confirmed: 2) })
            .Should()
            .Contain("orders confirmed")
            .And.Contain("orders");

    [Fact]
    public void A_missing_penny_is_a_difference() =>
        Differing(
                OpeningStock.Exact,
                Perfect() with
                {
                    Summary = Summary(3) with { Revenue = Plan.Sales.Value - 0.01m },
                }
            )
            .Should()
            .Equal("revenue, GBP");

    [Fact]
    public void A_credit_given_twice_is_a_difference() =>
        Differing(OpeningStock.Exact, Perfect() with { Credited = Plan.Returns.Value * 2 })
            .Should()
            .Equal("value of the returns, GBP");

    [Fact]
    public void A_missing_unit_is_a_difference() =>
        Differing(OpeningStock.Exact, Perfect() with { Stock = Stock(available: -1) })
            .Should()
            .Contain("SKUs where sold + available units differ from opening stock + returns");

    [Fact]
    public void What_others_have_ordered_of_the_same_SKUs_is_no_difference_and_what_nobody_has_ordered_is_one()
    {
        var shop = Perfect();
        var (sku, at) = shop.Stock.First(s => s.Value.Available >= 1);
        var stock = new Dictionary<string, StockTotal>(shop.Stock)
        {
            [sku] = at with { Allocated = at.Allocated + 1, Available = at.Available - 1 },
        };
        var others = new Dictionary<string, OthersUnits> { [sku] = new(sku, Allocated: 1, Available: -1) };
        Differing(OpeningStock.Exact, shop with { Stock = stock, Others = others }).Should().BeEmpty();
        Differing(OpeningStock.Exact, shop with { Stock = stock }).Should().NotBeEmpty();
        Differing(OpeningStock.Exact, shop with { Others = others }).Should().NotBeEmpty();
    }

    [Fact]
    public void A_wait_names_the_statuses_of_the_orders_that_it_is_for() =>
        ImportProgressDisplay
            .WaitingText(new Dictionary<string, int> { ["reserved"] = 1_200, ["paid"] = 1 })
            .Should()
            .Be("waiting for 1,201 orders of the import to settle (1 paid, 1,200 reserved)…");

    [Fact]
    public void Units_left_before_the_returns_are_a_difference() =>
        Differing(OpeningStock.Exact, Perfect() with { Unsold = 1 })
            .Should()
            .Equal("SKUs with available units before the returns");

    [Fact]
    public void With_too_little_stock_a_rejected_order_is_no_difference_if_its_units_are_available()
    {
        // Order 1 requests 8 A and 1 a, of which 8 and 0 are available: rejected. Order 5 requests 10 B9 of 9:
        // rejected. Order 3 is confirmed.
        var confirmed = new Totals();
        confirmed.Add(1, 3);
        confirmed.Add(1, 18);
        var shop = new ImportOutcome(
            new OrdersSummary(new Dictionary<string, int> { ["confirmed"] = 1, ["rejected"] = 2 }, 21, 2, 2),
            2,
            new Dictionary<string, long> { ["A"] = 1, ["POST"] = 1 },
            confirmed,
            new Dictionary<string, StockTotal> { ["A"] = new(8, 1, 7), ["B9"] = new(9, 0, 9) },
            new Dictionary<string, OthersUnits>(),
            2,
            WithReturns: false,
            0
        );

        Differing(OpeningStock.Short, shop).Should().BeEmpty();
        Differing(
                OpeningStock.Short,
                shop with
                {
                    Stock = new Dictionary<string, StockTotal> { ["A"] = new(8, 2, 6), ["B9"] = new(9, 0, 9) },
                }
            )
            .Should()
            .HaveCount(2);
    }

    private static IEnumerable<string> Differing(OpeningStock opening, ImportOutcome shop) =>
        Reconciliation.Of(Plan, opening, shop).Where(figure => figure.Difference != 0).Select(figure => figure.Name);

    private static ImportOutcome Perfect() =>
        new(
            Summary(3),
            Plan.LinesLeftOut,
            Plan.Skus.ToDictionary(s => s.Key, s => s.Value.Ordered),
            Plan.Sales,
            Stock(0),
            new Dictionary<string, OthersUnits>(),
            0,
            WithReturns: true,
            Plan.Returns.Value
        );

    private static OrdersSummary Summary(int confirmed) =>
        new(
            new Dictionary<string, int> { ["confirmed"] = confirmed },
            Plan.Sales.Value,
            Plan.Sales.Units,
            Plan.Sales.Lines
        );

    private static Dictionary<string, StockTotal> Stock(long available) =>
        Plan
            .Skus.Values.Where(s => s.Stocked)
            .ToDictionary(
                s => s.Sku,
                s => new StockTotal(s.Ordered + s.Returned + available, s.Ordered, s.Returned + available)
            );
}
