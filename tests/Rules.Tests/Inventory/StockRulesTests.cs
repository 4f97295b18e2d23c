using CsCheck;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>
/// Groups of commands over a small single-threaded model: units per place, what each order was told, what each key was
/// told.
/// </summary>
public sealed class StockRulesTests
{
    private static readonly string[] Skus = ["cup", "Cup"];
    private static readonly string[] Places = ["main", "north"];
    private static readonly Guid[] Orders = [.. Enumerable.Range(0, 5).Select(_ => Guid.CreateVersion7())];
    private static readonly Gen<int> Order = Gen.Int[0, Orders.Length - 1];
    private static readonly Gen<List<OrderedUnits>> Lines = Gen.Select(Gen.Int[0, 1], Gen.Int[1, 4], (sku, quantity) =>
        new OrderedUnits(Skus[sku], quantity)
    ).List[1, 3];

    private static readonly Gen<StockCommand> Commands = Gen.Frequency(
        (
            4,
            Gen.Select(Order, Lines, (order, lines) => new ReserveOrder(Orders[order], lines))
                .List[1, 3]
                .Select(orders => (StockCommand)new ReserveCommand(orders))
        ),
        (3, Order.List[1, 2].Select(orders => (StockCommand)new ReleaseCommand([.. orders.Select(o => Orders[o])]))),
        (
            4,
            from key in Gen.Int[0, 8]
            from print in Gen.Frequency((9, Gen.Const((byte)0)), (1, Gen.Const((byte)1)))
            from sku in Gen.Int[0, 1]
            from place in Gen.Int[0, 1]
            from quantity in Gen.Int[-4, 9]
            select (StockCommand)
                new BookCommand(
                    $"{key}",
                    [print],
                    quantity < 0 ? MovementKind.Adjusted : MovementKind.Received,
                    $"{key}",
                    "olga",
                    null,
                    [new StockLine(Skus[sku], Places[place], quantity)]
                )
        )
    );

    [Fact]
    public void Any_groups_of_commands_are_answered_as_the_model_answers_them() =>
        Commands
            .List[1, 3]
            .List[1, 15]
            .Sample(
                groups =>
                {
                    var (store, model) = (new Tables(Skus.ToDictionary(s => s, _ => new ItemTerms(true))), new Model());
                    foreach (var group in groups)
                    {
                        var decisions = store.Begin(DateTimeOffset.UnixEpoch);
                        foreach (var command in group)
                            model.Expects(command, decisions.Decide(command));
                        store.Commit(decisions);
                        foreach (var sku in Skus)
                        foreach (var place in Places)
                            (store.Levels.GetValueOrDefault((sku, place))?.Available ?? 0)
                                .Should()
                                .Be(model.Free.GetValueOrDefault((sku, place)));
                    }

                    store
                        .Events.Where(f => f.Type != EventTypes.BackInStock)
                        .Should()
                        .OnlyHaveUniqueItems("each version of a subject is told once");
                },
                iter: Samples.Of(3_000)
            );

    [Fact]
    public void What_is_never_stocked_is_reserved_from_nowhere_and_cannot_be_booked_nor_can_what_is_unknown()
    {
        var known = new LoadedStock
        {
            Items = new() { ["cup"] = new ItemTerms(true), ["postage"] = new ItemTerms(false) },
        };
        var decisions = new StockRules(
            known,
            new StockChanges([], DateTimeOffset.UnixEpoch),
            Tables.Policy,
            DateTimeOffset.UnixEpoch
        );
        CommandOutcome Receives(string sku) =>
            (CommandOutcome)
                decisions.Decide(
                    new BookCommand(sku, [1], MovementKind.Received, sku, "olga", null, [new StockLine(sku, "main", 2)])
                );

        (Receives("cup").Refusal, Receives("postage").Refusal!.Kind, Receives("saucer").Refusal!.Kind)
            .Should()
            .Be((null, RefusalKind.NeverStocked, RefusalKind.UnknownSku));
        var outcome = (
            (ReserveResponse)
                decisions.Decide(new ReserveCommand([new ReserveOrder(Orders[0], [new("cup", 2), new("postage", 1)])]))
        ).Outcomes.Single();

        outcome.State.Should().Be(ReservationState.Allocated);
        decisions.Allocations.Should().ContainSingle().Which.Sku.Should().Be("cup");
    }

    private sealed class Model
    {
        private readonly Dictionary<
            Guid,
            (ReservationState State, List<(string Sku, string Place, long Units)> Has, List<Shortage> Short)
        > _orders = [];
        private readonly Dictionary<string, (byte Print, string Body)> _keys = [];

        public Dictionary<(string Sku, string Place), long> Free { get; } = [];

        public void Expects(StockCommand command, object answer)
        {
            switch (command)
            {
                case ReserveCommand reserve:
                    var outcomes = ((ReserveResponse)answer).Outcomes;
                    outcomes.Select(o => o.OrderId).Should().Equal(reserve.Orders.Select(o => o.OrderId));
                    foreach (var (order, outcome) in reserve.Orders.Zip(outcomes))
                        Expects(order, outcome);
                    break;
                case ReleaseCommand release:
                    foreach (var id in release.Orders)
                    {
                        var known = _orders.GetValueOrDefault(id, (ReservationState.Released, [], []));
                        foreach (var (sku, place, units) in known.Has)
                            Free[(sku, place)] += units;
                        _orders[id] = (ReservationState.Released, [], known.Short);
                    }

                    break;
                case BookCommand book:
                    Expects(book, (CommandOutcome)answer);
                    break;
            }
        }

        private void Expects(ReserveOrder order, ReserveOutcome outcome)
        {
            if (!_orders.TryGetValue(order.OrderId, out var known))
            {
                var wishes = order
                    .Lines.GroupBy(l => l.Sku)
                    .ToDictionary(g => g.Key, g => g.Sum(l => (long)l.Quantity));
                var missing = wishes
                    .Where(w => w.Value > Available(w.Key))
                    .Select(w => new Shortage(w.Key, w.Value, Available(w.Key)))
                    .ToList();
                _orders[order.OrderId] = known =
                    missing.Count > 0
                        ? (ReservationState.OutOfStock, [], missing)
                        : (ReservationState.Allocated, [.. wishes.SelectMany(w => Take(w.Key, w.Value))], []);
            }

            outcome.State.Should().Be(known.State);
            outcome.Shortages.Should().BeEquivalentTo(known.Short);
        }

        private void Expects(BookCommand book, CommandOutcome booked)
        {
            var line = book.Lines[0];
            if (_keys.TryGetValue(book.Key, out var earlier))
            {
                if (earlier.Print != book.Fingerprint[0])
                    booked.Refusal!.Kind.Should().Be(RefusalKind.OtherRequest);
                else
                    (booked.Body, booked.Replayed, booked.Refusal).Should().Be((earlier.Body, true, null));
            }
            else if (Free.GetValueOrDefault((line.Sku, line.Location)) + Math.Min(line.Quantity, 0) < 0)
            {
                (booked.Refusal!.Kind, booked.Refusal.Items![0].Available)
                    .Should()
                    .Be((RefusalKind.OutOfStock, Free.GetValueOrDefault((line.Sku, line.Location))));
            }
            else
            {
                (booked.Refusal, booked.Replayed).Should().Be((null, false));
                Free[(line.Sku, line.Location)] = Free.GetValueOrDefault((line.Sku, line.Location)) + line.Quantity;
                _keys[book.Key] = (book.Fingerprint[0], booked.Body);
            }
        }

        private long Available(string sku) => Places.Sum(place => Free.GetValueOrDefault((sku, place)));

        private IEnumerable<(string, string, long)> Take(string sku, long units)
        {
            foreach (var place in Places)
            {
                var part = Math.Min(units, Free.GetValueOrDefault((sku, place)));
                if (part == 0)
                    continue;
                Free[(sku, place)] -= part;
                units -= part;
                yield return (sku, place, part);
            }
        }
    }
}
