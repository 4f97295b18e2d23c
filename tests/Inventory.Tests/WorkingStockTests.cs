using CsCheck;
using DaprShop.Contracts;
using DaprShop.Inventory.Domain;

namespace DaprShop.Inventory.Tests;

/// <summary>The decisions on stock, against a model that a child could check: one number per SKU and a list of who has what.</summary>
public sealed class WorkingStockTests
{
    private static readonly string[] Skus = ["cup", "Cup", "tray"];
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<List<OrderedUnits>> Lines =
        Gen.Select(Gen.Int[0, 2], Gen.Int[1, 6], (sku, quantity) => new OrderedUnits(Skus[sku], quantity)).List[1, 4];

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (4, Lines.Select(lines => new Step(StepKind.Reserve, lines, 0))),
        (2, Gen.Int[0, 20].Select(which => new Step(StepKind.Release, [], which))),
        (3, Gen.Select(Gen.Int[0, 2], Gen.Int[1, 8], Gen.Int[0, 1], (sku, quantity, place) => new Step(StepKind.Receive, [new(Skus[sku], quantity)], place))),
        (1, Gen.Select(Gen.Int[0, 2], Gen.Int[1, 8], Gen.Int[0, 1], (sku, quantity, place) => new Step(StepKind.TakeAway, [new(Skus[sku], quantity)], place))));

    [Fact]
    public void What_is_allocated_held_or_unavailable_is_promised_to_nobody() =>
        (Level.Empty("cup", "main") with { OnHand = 100, Allocated = 1, Held = 20, Unavailable = 40 }).Available.Should().Be(39);

    [Fact]
    public void A_location_that_owes_units_takes_none_from_another()
    {
        var stock = new WorkingStock([Level.Empty("cup", "main") with { Allocated = 3 }, Level.Empty("cup", "north") with { OnHand = 5 }, Level.Empty("cup", "south") with { OnHand = 5 }], Now);
        stock.Reserve(Guid.CreateVersion7(), [new OrderedUnits("cup", 5)]).Should().BeEmpty();
        stock.Ledger.Should().ContainSingle().Which.Row.Location.Should().Be("north");
        stock.Find("cup", "north").Available.Should().Be(0);
    }

    [Fact]
    public void Any_sequence_of_operations_ends_where_the_model_ends() => Steps.List[1, 40].Sample(steps =>
    {
        var stock = new WorkingStock([], Now);
        var free = Skus.ToDictionary(s => s, _ => 0L);
        var orders = new List<(Guid Id, List<OrderedUnits> Lines, List<Allocation> Has)>();
        foreach (var step in steps)
        {
            if (step.Kind == StepKind.Reserve)
            {
                var id = Guid.CreateVersion7();
                var first = stock.Ledger.Count;
                var covered = step.Lines.GroupBy(l => l.Sku).All(g => g.Sum(l => l.Quantity) <= free[g.Key]);
                var shortages = stock.Reserve(id, step.Lines);
                shortages.Count.Should().Be(covered ? 0 : step.Lines.GroupBy(l => l.Sku).Count(g => g.Sum(l => l.Quantity) > free[g.Key]));
                if (!covered)
                {
                    stock.Ledger.Should().HaveCount(first, "an order that is not covered takes nothing");
                    continue;
                }

                foreach (var line in step.Lines) free[line.Sku] -= line.Quantity;
                orders.Add((id, step.Lines, [.. stock.Ledger.Skip(first).Select(l => new Allocation(id, l.Row.Sku, l.Row.Location, l.Row.Quantity))]));
            }
            else if (step.Kind == StepKind.Release && orders.Count > 0)
            {
                var order = orders[step.Which % orders.Count];
                orders.Remove(order);
                stock.Release(order.Id, order.Has);
                foreach (var line in order.Lines) free[line.Sku] += line.Quantity;
            }
            else if (step.Kind is StepKind.Receive or StepKind.TakeAway)
            {
                var (line, sign) = (step.Lines[0], step.Kind == StepKind.Receive ? 1 : -1);
                var location = step.Which == 0 ? "main" : "north";
                var possible = sign > 0 || stock.Find(line.Sku, location).Available >= line.Quantity;
                var refused = stock.Book(sign > 0 ? MovementKind.Received : MovementKind.Adjusted, line.Sku, location, sign * line.Quantity, $"{stock.Ledger.Count}", "olga", "test");
                (refused is null).Should().Be(possible);
                if (possible) free[line.Sku] += sign * line.Quantity;
            }

            foreach (var sku in Skus) Available(stock, sku).Should().Be(free[sku]);
        }

        foreach (var level in stock.Changed)
        {
            level.Available.Should().BeGreaterThanOrEqualTo(0);
            level.Allocated.Should().Be(orders.SelectMany(o => o.Has).Where(a => (a.Sku, a.Location) == (level.Sku, level.Location)).Sum(a => a.Quantity));
        }

        TheLedgerTells(stock);
    }, iter: 2_000);

    [Fact]
    public void An_allocation_is_split_over_locations_and_never_more_than_asked()
    {
        var stock = Stocked(("cup", "a", 6), ("cup", "b", 8));
        stock.Reserve(Guid.CreateVersion7(), [new("cup", 10)]).Should().BeEmpty();
        stock.Ledger.Skip(2).Select(l => (l.Row.Location, l.Row.Quantity)).Should().Equal(("a", 6), ("b", 4));
    }

    [Fact]
    public void Two_lines_of_one_SKU_are_one_wish()
    {
        var stock = Stocked(("cup", "main", 1));
        stock.Reserve(Guid.CreateVersion7(), [new("cup", 1), new("cup", 1)]).Should().ContainSingle()
            .Which.Should().BeEquivalentTo(new { Sku = "cup", Requested = 2L, Available = 1L });
        stock.Find("cup", "main").Allocated.Should().Be(0);
    }

    private static WorkingStock Stocked(params (string Sku, string Location, int Quantity)[] levels)
    {
        var stock = new WorkingStock([], Now);
        foreach (var (sku, location, quantity) in levels) stock.Book(MovementKind.Received, sku, location, quantity, $"{sku}{location}", "olga", null);
        return stock;
    }

    private static long Available(WorkingStock stock, string sku) => stock.Find(sku, "main").Available + stock.Find(sku, "north").Available;

    /// <summary>Sequences without gaps, balances that add up, a chain of hashes, and levels that equal their last row.</summary>
    private static void TheLedgerTells(WorkingStock stock)
    {
        foreach (var rows in stock.Ledger.GroupBy(l => (l.Row.Sku, l.Row.Location)))
        {
            var (level, hash) = (Level.Empty(rows.Key.Sku, rows.Key.Location), Array.Empty<byte>());
            foreach (var (row, rowHash) in rows)
            {
                row.Sequence.Should().Be(level.Sequence + 1);
                row.OnHand.Should().Be(level.OnHand + (row.Kind.IsClaim() ? 0 : row.Quantity));
                row.Allocated.Should().Be(level.Allocated + (row.Kind.IsClaim() ? row.Quantity : 0));
                rowHash.Should().Equal(row.HashAfter(hash));
                (level, hash) = (level with { Sequence = row.Sequence, OnHand = row.OnHand, Allocated = row.Allocated }, rowHash);
            }

            stock.Find(rows.Key.Sku, rows.Key.Location).Should().BeEquivalentTo(level with { Hash = hash });
        }
    }

    private enum StepKind
    {
        Reserve,
        Release,
        Receive,
        TakeAway,
    }

    private sealed record Step(StepKind Kind, List<OrderedUnits> Lines, int Which);
}
