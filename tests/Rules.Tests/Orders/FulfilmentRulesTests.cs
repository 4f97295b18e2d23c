using DaprShop.Contracts;
using DaprShop.Orders.Fulfilment;
using DaprShop.Orders.Model;

namespace DaprShop.Rules.Tests.Orders;

/// <summary>Which units can be shipped and returned, and what is decided about returned ones.</summary>
public sealed class FulfilmentRulesTests
{
    private static readonly LineUnits[] Lines =
    [
        new(Line: 2, "cup", Quantity: 5, Cancelled: 1, Shipped: 1, Returned: 0, UnitPrice: 2.5m),
        new(Line: 1, "cup", Quantity: 2, Cancelled: 0, Shipped: 0, Returned: 0, UnitPrice: 2m),
        new(Line: 3, "tea", Quantity: 3, Cancelled: 0, Shipped: 3, Returned: 1, UnitPrice: 4m),
    ];

    [Fact]
    public void The_units_that_are_left_are_summed_by_SKU_and_a_SKU_without_any_is_left_out() =>
        LineUnitRules.All(Lines, l => l.ToShip).Should().Equal(new OrderedUnits("cup", 5));

    [Theory]
    [InlineData(2, 3, false)]
    [InlineData(2, 4, true)]
    public void More_than_is_left_of_a_SKU_is_a_shortage(int one, int other, bool exceeds) =>
        LineUnitRules
            .Excess(Lines, [new("cup", one), new("cup", other)], l => l.ToShip)
            .Should()
            .Equal(exceeds ? [new Shortage("cup", 6, 5)] : []);

    [Fact]
    public void A_SKU_that_was_not_ordered_has_nothing_left() =>
        LineUnitRules.Excess(Lines, [new("pot", 1)], l => l.ToShip).Should().Equal(new Shortage("pot", 1, 0));

    [Fact]
    public void Units_fill_the_lines_of_their_SKU_in_sequence()
    {
        var spread = LineUnitRules.Spread(Lines, [new("cup", 3), new("tea", 1), new("cup", 1)], l => l.ToShip);

        spread.Select(s => (s.Line.Line, s.Units)).Should().Equal((1, 2), (2, 2));
    }

    [Fact]
    public void A_line_that_has_more_returned_than_shipped_takes_no_units_from_another()
    {
        LineUnits[] lines = [Lines[1] with { Returned = 1 }, Lines[0]];

        var spread = LineUnitRules.Spread(lines, [new("cup", 1)], l => l.ToReturn);

        spread.Select(s => (s.Line.Line, s.Units)).Should().Equal((2, 1));
    }

    [Fact]
    public void Units_cost_what_their_lines_cost() =>
        LineUnitRules.Worth([(Lines[0], 2), (Lines[1], 3)]).Should().Be(11m);

    [Theory]
    [InlineData("cup 2 Restock, tea 1 Refuse", null)]
    [InlineData("cup 1 Restock, cup 1 Damaged, tea 1 Restock", null)]
    [InlineData("cup 3 Restock, tea 1 Refuse", "The return has 2 units of 'cup'; the decision names 3.")]
    [InlineData("cup 2 Restock", "The return has 1 units of 'tea'; the decision names 0.")]
    [InlineData(
        "cup 2 Restock, tea 1 Restock, pot 1 Discard",
        "The return has 0 units of 'pot'; the decision names 1."
    )]
    public void A_decision_names_exactly_the_requested_units(string decided, string? error) =>
        ReturnRules
            .Match([new("cup", 1), new("cup", 1), new("tea", 1)], Named(decided), Lines)
            .Errors.Select(e => (e.Field, e.Detail))
            .Should()
            .Equal(error is null ? [] : [("/lines", error)]);

    [Fact]
    public void A_decision_about_no_units_or_about_nothing_is_refused()
    {
        const string Error = "Each line must be an object with line or sku, quantity (1 or more) and disposition.";
        ReturnRules
            .Match([new("cup", 1)], [.. Named("cup 1 Restock, cup 0 Restock")], Lines)
            .Errors.Should()
            .ContainSingle()
            .Which.Detail.Should()
            .Be(Error);
        ReturnRules
            .Match([new("cup", 1)], [.. Named("cup 1 Restock"), null!], Lines)
            .Errors.Should()
            .ContainSingle()
            .Which.Should()
            .Be(new DaprShop.ServiceDefaults.ValidationError("/lines", Error));
    }

    [Theory]
    [InlineData("cup 1 Restock, cup 2 Restock", "cup 3 Restock", true)]
    [InlineData("cup 1 Restock, cup 2 Restock", "cup 2 Restock", false)]
    [InlineData("cup 1 Restock", "cup 1 Damaged", false)]
    [InlineData("cup 1 Restock", "tea 1 Restock", false)]
    public void Decisions_are_the_same_where_they_decide_the_same_for_as_many_units(
        string one,
        string other,
        bool same
    ) => ReturnRules.AreSame(Parse(one), Parse(other)).Should().Be(same);

    [Fact]
    public void All_units_but_the_refused_ones_are_refunded() =>
        ReturnRules
            .Accepted(Parse("cup 1 Restock, cup 2 Refuse, tea 3 Damaged, pot 4 Discard"))
            .Should()
            .Equal(new("cup", 1), new("tea", 3), new LineQuantity("pot", 4));

    [Theory]
    [InlineData("1 2 Restock, 2 3 Refuse", "1 2 Restock, 2 3 Refuse")]
    [InlineData("cup 5 Restock", "1 2 Restock, 2 3 Restock")]
    [InlineData("1 2 Restock, cup 3 Refuse", "1 2 Restock, 2 3 Refuse")]
    [InlineData("cup 2 Restock, cup 3 Refuse", null)]
    [InlineData("1 3 Restock, 2 2 Restock", null)]
    [InlineData("3 5 Restock", null)]
    public void A_decision_names_the_line_where_it_makes_a_difference(string decided, string? units)
    {
        var (found, errors) = ReturnRules.Match(
            [new("cup", 2, Line: 1), new("cup", 3, Line: 2)],
            Named(decided),
            Lines
        );
        (errors.Count > 0).Should().Be(units is null);
        if (units is not null)
            string.Join(", ", found.Select(f => $"{f.Line} {f.Quantity} {f.Disposition}")).Should().Be(units);
    }

    [Theory]
    [InlineData(1, "tea", "Line 1 is of 'cup', not of 'tea'.")]
    [InlineData(3, "cup", "The return has no units of line 3.")]
    public void A_decision_about_another_line_or_SKU_than_was_returned_is_refused(int line, string sku, string error) =>
        ReturnRules
            .Match([new("cup", 2, Line: 1)], [new NamedDecision(2, Disposition.Restock, line, sku)], Lines)
            .Errors.Select(e => e.Detail)
            .Should()
            .Equal(error);

    [Theory]
    [InlineData("2 3", "2 3", null, 0)]
    [InlineData("cup 5", "1 2, 2 3", null, 0)]
    [InlineData("1 1, cup 4", "1 2, 2 3", null, 0)]
    [InlineData("1 2, cup 1", "1 2, 2 1", null, 0)]
    [InlineData("cup 4", "", "1, 2", 0)]
    [InlineData("2 4", "", null, 1)]
    [InlineData("cup 6", "", null, 1)]
    [InlineData("pot 1", "", null, 1)]
    public void A_SKU_is_enough_where_its_lines_cost_the_same_or_all_units_are_meant(
        string named,
        string units,
        string? ambiguous,
        int excess
    )
    {
        var found = NamedUnitRules.Find(
            Lines,
            [
                .. Named(named.Replace(",", " Restock,") + " Restock")
                    .Select(n => new NamedUnits(n.Quantity, n.Line, n.Sku)),
            ],
            l => l.ToShip
        );
        string.Join(", ", found.Units.Select(u => $"{u.Line.Line} {u.Units}")).Should().Be(units);
        found.Ambiguous.Select(l => l.Line).Should().Equal(ambiguous is null ? [] : [1, 2]);
        found.Excess.Count.Should().Be(excess);
        found.Errors.Should().BeEmpty();
    }

    private static List<NamedDecision> Named(string units) =>
        Parse(units)
            .ConvertAll(u =>
                int.TryParse(u.Sku, out var line)
                    ? new NamedDecision(u.Quantity, u.Disposition, line)
                    : new NamedDecision(u.Quantity, u.Disposition, Sku: u.Sku)
            );

    private static List<DecidedUnits> Parse(string units) =>
        [
            .. units
                .Split(", ")
                .Select(u => u.Split(' '))
                .Select(u => new DecidedUnits(u[0], int.Parse(u[1]), Enum.Parse<Disposition>(u[2]))),
        ];
}
