using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.History.Timelines;

namespace DaprShop.Rules.Tests.History;

/// <summary>The entries that events add to timelines, and their sentences.</summary>
public sealed class TimelineRulesTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static readonly Guid Order = Guid.Parse("0190a0b0-0000-7000-8000-000000000001");
    private static readonly Guid Other = Guid.Parse("0190a0b0-0000-7000-8000-000000000002");
    private static readonly DateTimeOffset At = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly OrderedUnits[] ThreeUnits = [new("cup", 2), new("tea", 1)];

    [Theory]
    [InlineData(false, 10, null, null, "1 2 3 4")]
    [InlineData(true, 10, null, null, "4 3 2 1")]
    [InlineData(false, 2, null, null, "1 2")]
    [InlineData(false, 10, 2, null, "3 4")]
    [InlineData(true, 10, 3, null, "2 1")]
    [InlineData(false, 10, null, "even", "2 4")]
    public void O12_Entries_that_were_read_and_those_still_on_their_way_are_one_timeline_with_each_entry_once(
        bool newestFirst,
        int limit,
        int? after,
        string? type,
        string expected
    )
    {
        var first = newestFirst ? TimelineCursor.End : TimelineCursor.Start;
        var cursor = after is { } last ? TimelineCursor.After(Entry(last)) : first;
        // The second one was read meanwhile; what is read is of this page already.
        IEnumerable<TimelineEntry> read = after == 2 ? [] : [Entry(2)];

        TimelineRules
            .Merge(read, [Entry(3), Entry(1), Entry(2), Entry(4)], cursor, new(type, null, null), newestFirst, limit)
            .Select(e => e.Position)
            .Should()
            .Equal(expected.Split(' ').Select(long.Parse));

        static TimelineEntry Entry(int number) =>
            new(
                Order,
                At.AddMinutes(number),
                TimelineStep.StatusChanged,
                number,
                number % 2 == 0 ? "even" : "odd",
                null,
                null,
                null,
                null
            );
    }

    [Fact]
    public void An_accepted_order_has_an_owner_and_an_entry()
    {
        var accepted = Logged(EventTypes.OrderAccepted, new OrderAccepted(Order, 7, "ann", 12.5m, 3, 2));

        TimelineRules.OwnerOf(accepted).Should().Be(new DaprShop.History.Model.OrderOwner(Order, "ann"));
        TimelineRules
            .EntriesOf(accepted)
            .Should()
            .Equal(
                new TimelineEntry(
                    Order,
                    At,
                    TimelineStep.Accepted,
                    5,
                    EntryTypes.OrderAccepted,
                    null,
                    "accepted",
                    null,
                    new EntryDetails(7, 12.5m, 3, 2),
                    4,
                    "ann",
                    Trace
                )
            );
    }

    [Fact]
    public void A_change_of_status_has_an_entry_and_no_owner()
    {
        var changed = Logged(
            EventTypes.OrderStatusChanged,
            new OrderStatusChanged(Order, "accepted", "rejected", "out of stock", "orders")
        );

        TimelineRules.OwnerOf(changed).Should().BeNull();
        var entry = Single(changed);
        (entry.Step, entry.From, entry.To, entry.Reason, entry.Version, entry.Actor)
            .Should()
            .Be((TimelineStep.StatusChanged, "accepted", "rejected", "out of stock", 4, "orders"));
    }

    [Fact]
    public void Shipments_and_returns_have_entries_that_count_their_units()
    {
        var shipment = Single(
            Logged(
                EventTypes.ShipmentStatusChanged,
                new ShipmentStatusChanged(Other, Order, 1, "dispatched", ThreeUnits, "op", null)
            )
        );
        (shipment.OrderId, shipment.Type, shipment.Details, shipment.Actor)
            .Should()
            .Be((Order, "shipment.dispatched", new EntryDetails(1, Units: 3, Skus: 2, State: "dispatched"), "op"));
        var returned = Single(
            Logged(
                EventTypes.ReturnStatusChanged,
                new ReturnStatusChanged(
                    Other,
                    Order,
                    2,
                    "decided",
                    [new("cup", 2, "restock"), new("tea", 1, "refuse")],
                    5m,
                    "op",
                    "broken"
                )
            )
        );
        (returned.OrderId, returned.Type, returned.Details, returned.Reason)
            .Should()
            .Be((Order, "return.decided", new EntryDetails(2, 5m, 3, 2, State: "decided"), "broken"));
        (shipment.Step, returned.Step).Should().Be((TimelineStep.FulfilmentChanged, TimelineStep.FulfilmentChanged));
    }

    [Fact]
    public void A_stock_shortfall_has_an_entry_for_each_order_that_it_may_delay() =>
        TimelineRules
            .EntriesOf(Logged(EventTypes.StockShortfall, new StockShortfall("cup", "main", 2, [Order, Other])))
            .Select(e => (e.OrderId, e.Type, e.Details!.Sku, e.Step))
            .Should()
            .Equal(
                (Order, EntryTypes.StockShortfall, "cup", TimelineStep.StockChanged),
                (Other, EntryTypes.StockShortfall, "cup", TimelineStep.StockChanged)
            );

    [Fact]
    public void S15_A_stock_shortfall_has_an_entry_for_each_hold_that_it_leaves_without_units() =>
        TimelineRules
            .EntriesOf(
                Logged(EventTypes.StockShortfall, new StockShortfall("cup", "main", 2, [], [new(Other, "alice")]))
            )
            .Select(e => (e.OrderId, e.Type, e.Details!.Sku))
            .Should()
            .Equal((Other, EntryTypes.StockShortfall, "cup"));

    [Fact]
    public void Refused_stock_filled_backorders_and_offers_have_entries()
    {
        Shortage[] shortages = [new("cup", 3, 1)];
        Single(Logged(EventTypes.StockRefused, new StockRefused(Order, shortages)))
            .Details!.Shortages.Should()
            .Equal(shortages);
        Single(Logged(EventTypes.BackorderFilled, new BackorderFilled(Order, "cup", 2, 1)))
            .Details.Should()
            .Be(new EntryDetails(Units: 2, Sku: "cup", Remaining: 1));
        Single(Logged(EventTypes.BackorderPromised, new BackorderPromised(Order, "cup", 2, At, null)))
            .Details.Should()
            .Be(new EntryDetails(Units: 2, Sku: "cup", Until: At));
        Single(Logged(EventTypes.WaitlistOffered, new WaitlistOffered(Order, Other, "cup", "ann", 2, At)))
            .Details.Should()
            .Be(new EntryDetails(Units: 2, Sku: "cup", Until: At));
    }

    [Theory]
    [InlineData(PaymentKinds.Captured, "Charged")]
    [InlineData(PaymentKinds.Declined, "Charged")]
    [InlineData(PaymentKinds.Refused, "Charged")]
    [InlineData(PaymentKinds.Refunded, "Refunded")]
    [InlineData(PaymentKinds.PartlyRefunded, "Refunded")]
    public void A_payment_of_an_order_has_an_entry_before_or_after_its_end(string kind, string step)
    {
        var entry = Single(
            Logged(EventTypes.PaymentRecorded, new PaymentRecorded(Order.ToString(), kind, 5m, "because"))
        );

        (entry.OrderId, entry.Step.ToString(), entry.Type, entry.Reason, entry.Details!.Amount)
            .Should()
            .Be((Order, step, $"payment.{kind}", "because", 5m));
    }

    [Fact]
    public void Events_that_concern_no_order_add_nothing()
    {
        TimelineRules
            .EntriesOf(Logged(EventTypes.PaymentRecorded, new PaymentRecorded("hold-1", "captured", 5m, null)))
            .Should()
            .BeEmpty();
        TimelineRules.EntriesOf(Logged("stock.unheard_of.v1", new { })).Should().BeEmpty();
        TimelineRules.StockOperationOf(Logged("stock.unheard_of.v1", new { })).Should().BeNull();
    }

    [Theory]
    [InlineData("allocated", "StockChanged")]
    [InlineData("released", "StockReleased")]
    [InlineData("expired", "StockReleased")]
    public void Stock_that_an_order_moved_has_an_entry(string kind, string step)
    {
        var moved = Logged(
            EventTypes.StockMoved,
            new StockMoved(
                kind,
                Order.ToString(),
                "inventory",
                "why",
                [Line("cup", -2), Line("cup", 1), Line("tea", 1)]
            )
        );

        var operation = TimelineRules.StockOperationOf(moved)!;
        (operation.Position, operation.At, operation.Trace).Should().Be((5, At, Trace));
        var entry = TimelineRules.EntryOf(operation)!;
        entry
            .Should()
            .Be(
                new TimelineEntry(
                    Order,
                    At,
                    Enum.Parse<TimelineStep>(step),
                    5,
                    $"stock.{kind}",
                    null,
                    null,
                    "why",
                    new EntryDetails(Units: 4, Skus: 2),
                    Actor: "inventory",
                    Trace: Trace
                )
            );
        TimelineRules.EntryOf(operation with { Cause = "count-7" }).Should().BeNull("no order caused it");
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("00", null)]
    [InlineData($"00-{Trace}-00f067aa0ba902b7-01", Trace)]
    public void The_trace_is_the_second_part_of_the_trace_parent(string? traceParent, string? trace)
    {
        var changed = new OrderStatusChanged(Order, "accepted", "reserved", null, null);

        Single(Logged(EventTypes.OrderStatusChanged, changed) with { TraceParent = traceParent })
            .Trace.Should()
            .Be(trace);
    }

    public static TheoryData<string, string?, string> Sentences() =>
        new()
        {
            { EntryTypes.OrderAccepted, null, "Order 7 was accepted: 3 units of 1 SKU, GBP 12.50" },
            { EntryTypes.OrderStatusChanged, "reserved", "Stock is held for the order" },
            { EntryTypes.OrderStatusChanged, "paid", "The order is paid" },
            { EntryTypes.OrderStatusChanged, "confirmed", "The order is confirmed and ready to ship" },
            { EntryTypes.OrderStatusChanged, "backordered", "The order is waiting for stock" },
            { EntryTypes.OrderStatusChanged, "awaiting_payment", "The order is waiting for another card" },
            { EntryTypes.OrderStatusChanged, "awaiting_customer", "The order is waiting for the customer's decision" },
            { EntryTypes.OrderStatusChanged, "rejected", "The order was rejected" },
            { EntryTypes.OrderStatusChanged, "cancelled", "The order was cancelled" },
            { EntryTypes.OrderStatusChanged, "expired", "The order expired" },
            { EntryTypes.OrderStatusChanged, "shipped", "The order was shipped" },
            { EntryTypes.OrderStatusChanged, "delivered", "The order was delivered" },
            { EntryTypes.OrderStatusChanged, "needs_attention", "An operator needs to review the order" },
            { EntryTypes.OrderStatusChanged, "on_the_moon", "The order is on the moon" },
            { "stock.allocated", null, "3 units of 1 SKU allocated" },
            { "stock.reallocated", null, "3 units of 1 SKU will be shipped from another location (broken)" },
            { "stock.released", null, "3 units of 1 SKU released" },
            { "stock.shipped", null, "3 units of 1 SKU left the warehouse" },
            { "stock.returned", null, "3 units of 1 SKU returned to the warehouse" },
            { "stock.withheld", null, "3 units of 1 SKU set aside (broken)" },
            { "stock.adjusted", null, "3 units of 1 SKU removed from stock (broken)" },
            { "stock.held", null, "3 units of 1 SKU held for the customer" },
            { "stock.expired", null, "3 units of 1 SKU released: the hold expired" },
            {
                EntryTypes.StockShortfall,
                null,
                "A stock count found fewer units of cup than are promised: the order may be late"
            },
            {
                EntryTypes.StockRefused,
                null,
                "Not enough stock: a (1 of 9), b (1 of 9), c (1 of 9), d (1 of 9), e (1 of 9)"
            },
            { EntryTypes.BackorderFilled, null, "3 units of cup arrived for the order, 2 outstanding" },
            { EntryTypes.BackorderPromised, null, "3 units of cup for the order are now expected by 2026-01-02" },
            { EntryTypes.WaitlistOffered, null, "3 units of cup offered to the customer until 2026-01-02 12:00 UTC" },
            { "shipment.dispatched", null, "Shipment 7 was dispatched: 3 units of 1 SKU" },
            { "shipment.delivered", null, "Shipment 7 was delivered" },
            { "shipment.refused", null, "Shipment 7 could not be dispatched: broken" },
            { "return.requested", null, "Return 7 was requested for 3 units of 1 SKU: broken" },
            { "return.decided", null, "Return 7 was decided: GBP 12.50 will be refunded" },
            { "return.settled", null, "Return 7 is complete: GBP 12.50 refunded" },
            { EntryTypes.PaymentCaptured, null, "GBP 12.50 captured" },
            { EntryTypes.PaymentDeclined, null, "Payment of GBP 12.50 declined" },
            { EntryTypes.PaymentRefused, null, "Nothing was charged" },
            { EntryTypes.PaymentPartlyRefunded, null, "GBP 12.50 of the payment refunded" },
            { EntryTypes.PaymentRefunded, null, "GBP 12.50 refunded" },
            { "unheard.of", null, "unheard.of" },
        };

    [Theory]
    [MemberData(nameof(Sentences))]
    public void An_entry_is_a_sentence(string type, string? to, string text) =>
        EntryTextRules
            .TextOf(
                new TimelineEntry(
                    Order,
                    At,
                    TimelineStep.StockChanged,
                    1,
                    type,
                    null,
                    to,
                    "broken",
                    new EntryDetails(
                        7,
                        12.5m,
                        3,
                        1,
                        [.. "abcdef".Select(sku => new Shortage($"{sku}", 9, 1))],
                        "cup",
                        2,
                        At
                    )
                )
            )
            .Should()
            .Be(text);

    [Fact]
    public void S7_A_backorder_that_no_delivery_covers_any_more_says_so() =>
        EntryTextRules
            .TextOf(Single(Logged(EventTypes.BackorderPromised, new BackorderPromised(Order, "cup", 1, null, At))))
            .Should()
            .Be("1 unit of cup for the order is late: no delivery date is known any more");

    [Fact]
    public void A_backorder_with_nothing_outstanding_says_none() =>
        EntryTextRules
            .TextOf(Entry(TimelineStep.StockChanged) with { Details = new(Units: 1, Sku: "cup", Remaining: 0) })
            .Should()
            .Be("1 unit of cup arrived for the order, none outstanding");

    [Theory]
    [InlineData("Accepted", Apps.Orders)]
    [InlineData("StatusChanged", Apps.Orders)]
    [InlineData("FulfilmentChanged", Apps.Orders)]
    [InlineData("StockChanged", Apps.Inventory)]
    [InlineData("StockReleased", Apps.Inventory)]
    [InlineData("Charged", Apps.Payments)]
    [InlineData("Refunded", Apps.Payments)]
    public void An_entry_names_the_service_that_published_its_event(string step, string app) =>
        EntryTextRules.SourceOf(Enum.Parse<TimelineStep>(step)).Should().Be(app);

    private static TimelineEntry Entry(TimelineStep step) =>
        new(Order, At, step, 1, EntryTypes.BackorderFilled, null, null, null, null);

    private static TimelineEntry Single(LoggedEvent logged)
    {
        var entry = TimelineRules.EntriesOf(logged).Should().ContainSingle().Subject;
        (entry.OrderId, entry.At, entry.Position).Should().Be((Order, At, 5));
        return entry;
    }

    private static LoggedEvent Logged(string type, object data) =>
        new(
            5,
            Guid.CreateVersion7(),
            type,
            Order.ToString(),
            4,
            At,
            $"00-{Trace}-00f067aa0ba902b7-01",
            JsonSerializer.SerializeToElement(data, JsonSerializerOptions.Web)
        );

    private static MovementLine Line(string sku, int quantity) => new(sku, "main", 1, quantity, 0, 0, 0);
}
