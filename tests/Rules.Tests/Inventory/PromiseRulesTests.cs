using CsCheck;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>The time that a backorder is promised follows the deliveries that are open and the line.</summary>
public sealed class PromiseRulesTests
{
    private const int Days = 20;
    private readonly Tables _tables = new(
        new Dictionary<string, ItemTerms> { ["cup"] = new(true, BackorderLimit: 1_000) }
    );
    private DateTimeOffset _now = Scene.Now;
    private int _keys;

    [Fact]
    public void S7_When_its_delivery_is_closed_a_backorder_is_promised_the_next_one_and_then_nothing()
    {
        Announce("d1", day: 1, units: 2);
        Announce("d2", day: 3, units: 2);
        Order(1, 2).PromisedAt.Should().Be(Day(1));

        Close("d1").Should().Equal(Told(1, 2, Day(3), before: Day(1)));
        Close("d2").Should().Equal(Told(1, 2, null, before: Day(3)));
    }

    [Fact]
    public void S7_A_delivery_that_is_put_off_puts_off_its_promises()
    {
        Announce("d1", day: 1, units: 2);
        Order(1, 2);

        Change("d1", Day(5)).Should().Equal(Told(1, 2, Day(5), before: Day(1)));
        Change("d1", Day(5)).Should().BeEmpty("nothing has changed");
        Change("d1", null).Should().Equal(Told(1, 2, null, before: Day(5)));
    }

    [Fact]
    public void S7_A_delivery_that_is_announced_later_and_comes_earlier_is_promised_to_those_who_wait()
    {
        Order(1, 2).PromisedAt.Should().BeNull();
        Order(2, 2).PromisedAt.Should().BeNull();

        Announce("d1", day: 4, units: 3).Should().Equal(Told(1, 2, Day(4), before: null));
        Announce("d2", day: 2, units: 3).Should().Equal(Told(1, 2, Day(2), Day(4)), Told(2, 2, Day(4), null));
    }

    [Fact]
    public void S7_A_delivery_received_short_promises_the_rest_until_it_is_closed()
    {
        Announce("d1", day: 1, units: 4);
        Order(1, 2);
        Order(2, 2);

        Receive("d1", 3).Should().BeEmpty("one unit is still to come");
        Close("d1").Should().Equal(Told(2, 1, null, before: Day(1)));
    }

    [Fact]
    public void S7_When_an_order_ahead_is_cancelled_those_behind_it_move_up()
    {
        Announce("d1", day: 1, units: 2);
        Announce("d2", day: 3, units: 2);
        Order(1, 2);
        Order(2, 2).PromisedAt.Should().Be(Day(3));

        Run(new ReleaseCommand([Scene.Id(1)])).Should().Equal(Told(2, 2, Day(1), before: Day(3)));
    }

    [Fact]
    public void S7_A_delivery_that_is_late_promises_nothing_and_no_answer_names_a_day_that_has_passed()
    {
        Announce("d1", day: 1, units: 2);
        Order(1, 2);
        _now = Day(1);

        Order(1, 2).PromisedAt.Should().BeNull();
        Order(2, 1).PromisedAt.Should().BeNull();
        Run(new ServeQueueCommand("cup")).Should().BeEmpty("it was told in the transaction before");
        _tables.Backorders.Values.Should().OnlyContain(b => b.PromisedAt == null);
    }

    [Fact]
    public void S7_The_reviewer_tells_those_whose_delivery_is_late()
    {
        Announce("d1", day: 1, units: 2);
        Order(1, 2);
        _now = Day(2);

        Run(new ServeQueueCommand("cup")).Should().Equal(Told(1, 2, null, before: Day(1)));
    }

    [Fact]
    public void S7_Units_that_will_be_set_aside_promise_nothing()
    {
        _tables.Levels[("cup", "north")] = Level.Empty("cup", "north") with { Quantities = new(2, Unavailable: 2) };
        Order(1, 2);

        var move = new OpenInboundCommand("t", [1], "T", "main", "north", Day(1), Cups(2), "olga", "r", true);
        Run(move).Should().BeEmpty();
        Order(2, 1).PromisedAt.Should().BeNull();
    }

    [Fact]
    public void S7_After_any_commands_each_promise_is_what_the_open_deliveries_cover_and_each_change_was_told_once() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 5], Gen.Int[1, 4], Gen.Int[0, Days])
            .Array[1, 40]
            .Sample(
                steps =>
                {
                    var scene = new PromiseRulesTests();
                    foreach (var (step, which, units, day) in steps)
                        scene.Walk(step, which, units, day);
                },
                iter: Samples.Sequences
            );

    private void Walk(int step, int which, int units, int day)
    {
        var before = _tables.Backorders.ToDictionary();
        var told = step switch
        {
            0 => Announce($"d{which}", day, units),
            1 => Receive($"d{which}", units),
            2 => Close($"d{which}"),
            3 => Change($"d{which}", day == Days ? null : Day(day)),
            4 => Told(Order(which, units)),
            5 => Run(new ReleaseCommand([Scene.Id(which)])),
            _ => Later(units),
        };

        var deliveries = _tables
            .Documents.Values.Where(d => d.State is not (InboundState.Received or InboundState.Cancelled))
            .Where(d => d.ExpectedAt > _now)
            .ToList();
        var line = _tables.Backorders.Values.Where(b => b.State == BackorderState.Open).ToList();
        foreach (var backorder in line)
        {
            var needed = line.Where(b => b.OrderNumber <= backorder.OrderNumber).Sum(b => b.Left);
            var days = deliveries
                .Select(d => d.ExpectedAt)
                .Where(at => deliveries.Where(d => d.ExpectedAt <= at).Sum(d => d.Lines[0].Remaining) >= needed);
            backorder.PromisedAt.Should().Be(days.Min(), "step {0}", step);
            if (before.TryGetValue((backorder.OrderId, "cup"), out var old) && old.PromisedAt != backorder.PromisedAt)
                told.Where(t => t.OrderId == backorder.OrderId)
                    .Should()
                    .Equal(
                        new BackorderPromised(
                            backorder.OrderId,
                            "cup",
                            backorder.Left,
                            backorder.PromisedAt,
                            old.PromisedAt
                        )
                    );
            else
                told.Where(t => t.OrderId == backorder.OrderId).Should().BeEmpty();
        }
    }

    private List<BackorderPromised> _lastTold = [];

    private List<BackorderPromised> Told(ReserveOutcome _) => _lastTold;

    private static BackorderPromised Told(int order, int units, DateTimeOffset? day, DateTimeOffset? before) =>
        new(Scene.Id(order), "cup", units, day, before);

    private static DateTimeOffset Day(int day) => Scene.Now.AddDays(day);

    private static List<OrderedUnits> Cups(int units) => [new("cup", units)];

    private List<BackorderPromised> Announce(string reference, int day, int units) =>
        Run(new OpenInboundCommand(Key(), [1], reference, "main", null, Day(day), Cups(units), "olga", null));

    private List<BackorderPromised> Receive(string reference, int units) =>
        Run(new ReceiveInboundCommand(Key(), [1], reference, Cups(units), "olga", null));

    private List<BackorderPromised> Close(string reference) =>
        Run(new CloseInboundCommand(Key(), [1], reference, false, "olga", "closed"));

    private List<BackorderPromised> Change(string reference, DateTimeOffset? at) =>
        Run(new ChangeInboundCommand(Key(), [1], reference, at, "olga", "put off"));

    private List<BackorderPromised> Later(int days)
    {
        _now = _now.AddDays(days);
        return Run(new ServeQueueCommand("cup"));
    }

    private ReserveOutcome Order(int order, int units)
    {
        var reserve = new ReserveOrder(Scene.Id(order), Cups(units), null, order, ShortagePolicy.Backorder);
        var rules = _tables.Begin(_now);
        var response = (ReserveResponse)rules.Decide(new ReserveCommand([reserve]));
        _lastTold = Conclude(rules);
        return response.Outcomes.Single();
    }

    private List<BackorderPromised> Run(StockCommand command)
    {
        var rules = _tables.Begin(_now);
        rules.Decide(command);
        return Conclude(rules);
    }

    private List<BackorderPromised> Conclude(StockRules rules)
    {
        rules.Conclude();
        _tables.Commit(rules);
        return [.. rules.Events.Select(e => e.Data).OfType<BackorderPromised>()];
    }

    private string Key() => $"key-{++_keys}";
}
