using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>Where units are taken from.</summary>
public sealed class SourcingRulesTests
{
    [Fact]
    public void What_is_allocated_held_or_unavailable_is_promised_to_nobody() =>
        new Quantities(OnHand: 100, Allocated: 1, Held: 20, Unavailable: 40, Incoming: 500).Balance.Should().Be(39);

    [Fact]
    public void G18_A_line_is_split_over_locations_and_never_more_than_asked() =>
        Plan(SourcingStrategy.Priority, [("cup", 10)], At("cup", "a", 6), At("cup", "b", 8))
            .Should()
            .Equal(new AllocationPart("cup", "a", 6), new AllocationPart("cup", "b", 4));

    [Fact]
    public void A_location_that_owes_units_takes_none_from_another() =>
        Plan(SourcingStrategy.Priority, [("cup", 5)], At("cup", "a", -3), At("cup", "b", 5))
            .Should()
            .Equal(new AllocationPart("cup", "b", 5));

    [Fact]
    public void S17_Fewest_shipments_counts_the_units_of_the_orders_own_hold() =>
        SourcingRules
            .Plan(
                [new("cup", 3), new("tea", 1)],
                sku => sku == "cup" ? [At("cup", "a", 3), At("cup", "b", 2)] : [At("tea", "b", 1)],
                SourcingStrategy.FewestShipments,
                Held(new AllocationPart("cup", "b", 1))
            )
            .Should()
            .Equal(new SourcedPart("cup", "b", 3, Held: 1), new SourcedPart("tea", "b", 1, Held: 0));

    [Fact]
    public void S17_Held_units_are_used_first_even_where_another_location_has_the_whole_order() =>
        SourcingRules
            .Plan(
                [new("cup", 3)],
                _ => [At("cup", "a", 3), At("cup", "b", 0)],
                SourcingStrategy.FewestShipments,
                Held(new AllocationPart("cup", "b", 1))
            )
            .Should()
            .Equal(new SourcedPart("cup", "a", 2, Held: 0), new SourcedPart("cup", "b", 1, Held: 1));

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    public void S17_The_location_of_the_held_units_counts_as_used_however_many_locations_there_are(int others) =>
        SourcingRules
            .Plan(
                [new("cup", 4)],
                _ =>
                    [
                        At("cup", "a", 2),
                        At("cup", "b", 1),
                        At("cup", "c", 2),
                        At("cup", "d", 2),
                        .. Enumerable.Range(0, others).Select(i => At("cup", $"0{i:00}", 1)),
                    ],
                SourcingStrategy.FewestShipments,
                Held(new AllocationPart("cup", "b", 1))
            )
            .Should()
            .Equal(new SourcedPart("cup", "a", 2, Held: 0), new SourcedPart("cup", "b", 2, Held: 1));

    private static Hold Held(params AllocationPart[] lines) =>
        new(
            Guid.Empty,
            "alice",
            HoldState.Active,
            DateTimeOffset.MaxValue,
            [.. lines.Select(l => new HoldLine(l.Sku, l.Location, l.Quantity))]
        );

    [Fact]
    public void The_location_with_the_lowest_priority_sells_first() =>
        Plan(SourcingStrategy.Priority, [("cup", 5)], At("cup", "a", 9), At("cup", "b", 9) with { Priority = 1 })
            .Should()
            .Equal(new AllocationPart("cup", "b", 5));

    [Fact]
    public void Fewest_shipments_prefers_the_one_location_that_has_all() =>
        Plan(
                SourcingStrategy.FewestShipments,
                [("cup", 5), ("tea", 5)],
                At("cup", "a", 9),
                At("tea", "b", 9),
                At("cup", "c", 5),
                At("tea", "c", 5)
            )
            .Should()
            .Equal(new AllocationPart("cup", "c", 5), new AllocationPart("tea", "c", 5));

    [Fact]
    public void Fewest_shipments_takes_two_locations_where_no_one_has_all_the_first_by_priority() =>
        Plan(
                SourcingStrategy.FewestShipments,
                [("cup", 9)],
                At("cup", "a", 3),
                At("cup", "b", 6),
                At("cup", "c", 6) with
                {
                    Priority = 1,
                }
            )
            .Should()
            .Equal(new AllocationPart("cup", "c", 6), new AllocationPart("cup", "a", 3));

    [Fact]
    public void By_priority_a_line_is_split_even_where_one_location_has_all() =>
        Plan(SourcingStrategy.Priority, [("cup", 5)], At("cup", "a", 2), At("cup", "b", 9))
            .Should()
            .Equal(new AllocationPart("cup", "a", 2), new AllocationPart("cup", "b", 3));

    [Fact]
    public void Fewest_shipments_uses_all_locations_where_the_order_needs_all() =>
        Plan(SourcingStrategy.FewestShipments, [("cup", 5)], At("cup", "a", 2), At("cup", "b", 3))
            .Should()
            .Equal(new AllocationPart("cup", "a", 2), new AllocationPart("cup", "b", 3));

    [Fact]
    public void Fewest_shipments_counts_no_location_that_owes_units() =>
        Plan(
                SourcingStrategy.FewestShipments,
                [("cup", 4), ("tea", 4)],
                At("cup", "a", 4),
                At("tea", "a", -9),
                At("cup", "b", -9),
                At("tea", "b", 4),
                At("cup", "c", 1)
            )
            .Should()
            .Equal(new AllocationPart("cup", "a", 4), new AllocationPart("tea", "b", 4));

    [Theory]
    [InlineData(12, 0, 2)]
    [InlineData(12, 1, 2)]
    [InlineData(13, 0, 3)]
    public void Fewest_shipments_is_exact_for_up_to_12_locations_that_have_units(
        int locations,
        int empty,
        int shipments
    )
    {
        // "even" has most of the order, but "cups" and "teas" together have all of it.
        Level[] levels =
        [
            At("cup", "even", 3),
            At("tea", "even", 3),
            At("cup", "cups", 4),
            At("tea", "teas", 4),
            .. Enumerable.Range(0, locations - 3).Select(i => At("cup", $"{i:00}", 1)),
            .. Enumerable.Range(0, empty).Select(i => At("cup", $"empty-{i}", 0)),
        ];

        var parts = Plan(SourcingStrategy.FewestShipments, [("cup", 4), ("tea", 4)], levels);

        parts.Select(p => p.Location).Distinct().Should().HaveCount(shipments);
        parts
            .GroupBy(p => p.Sku)
            .Select(g => (g.Key, g.Sum(p => p.Quantity)))
            .Should()
            .Equal([("cup", 4), ("tea", 4)], "the plan covers the order");
    }

    [Fact]
    public void Fewest_shipments_of_many_locations_prefers_the_one_with_most_units_of_all_skus_together() =>
        Plan(
                SourcingStrategy.FewestShipments,
                [("cup", 4), ("tea", 3)],
                [
                    At("cup", "cups", 4),
                    At("cup", "even", 3),
                    At("tea", "even", 3),
                    .. Enumerable.Range(0, 12).Select(i => At("cup", $"{i:00}", 1)),
                ]
            )
            .Should()
            .Equal(
                [new("cup", "00", 1), new("cup", "even", 3), new("tea", "even", 3)],
                "\"even\" has 6 of the 7 units; the last one is at the first location that has it"
            );

    [Fact]
    public async Task Fewest_shipments_of_many_locations_is_planned_at_once_from_the_largest()
    {
        var levels = Enumerable
            .Range(0, 30)
            .Select(i => At("cup", $"{i:00}", i == 20 ? 3 : 1))
            .Append(At("tea", "25", 2))
            .ToArray();
        var parts = await Task.Run(
                () => Plan(SourcingStrategy.FewestShipments, [("cup", 20), ("tea", 2)], levels),
                TestContext.Current.CancellationToken
            )
            .WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        parts.Where(p => p.Sku == "cup").Sum(p => p.Quantity).Should().Be(20);
        parts.Select(p => p.Location).Distinct().Should().HaveCount(18).And.Contain(["20", "25"]);
    }

    private static List<AllocationPart> Plan(
        SourcingStrategy strategy,
        (string Sku, long Quantity)[] wanted,
        params Level[] levels
    ) =>
        SourcingRules.Plan(
            [.. wanted.Select(w => new SkuQuantity(w.Sku, w.Quantity))],
            sku => [.. levels.Where(l => l.Sku == sku)],
            strategy
        );

    private static Level At(string sku, string location, long available) =>
        Level.Empty(sku, location) with
        {
            Quantities = new Quantities(OnHand: available),
        };
}
