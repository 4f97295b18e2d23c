using DaprShop.Contracts;
using DaprShop.History.Diagnosis;
using DaprShop.Orders.Model;

namespace DaprShop.Rules.Tests.History;

public sealed class DiagnosisRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly OutboxState Published = new(5, 5, 0);
    private static readonly OrderState Accepted = new(
        "ann",
        "accepted",
        1,
        null,
        null,
        null,
        null,
        null,
        Now,
        0,
        null,
        null,
        false,
        Now,
        4,
        null,
        [],
        Published
    );
    private static readonly OrderState InBatch = Accepted with
    {
        BatchId = Guid.Parse("0190a0b0-0000-7000-8000-000000000003"),
        BatchStartedAt = Now.AddMinutes(-1),
        ProgressedAt = Now,
        StaleAt = Now.AddSeconds(30),
        DueAt = null,
    };
    private static readonly OrderState Confirmed = Accepted with { Status = "confirmed" };
    private static readonly OrderClaims NoClaims = new(null, [], [], Published);
    private static readonly Evidence Idle = new(
        Accepted,
        NoClaims,
        new OrderPayment(null, 0, null, Published),
        [],
        new Dictionary<string, long>
        {
            [Apps.Orders] = 5,
            [Apps.Inventory] = 5,
            [Apps.Payments] = 5,
        },
        Now
    );

    public static TheoryData<string, string, string> Stuck =>
        new()
        {
            { "due", "waiting-for-batch", "The order is due; the next free batch will process it." },
            {
                "in a batch",
                "in-progress",
                "Batch 0190a0b0-0000-7000-8000-000000000003 has been processing the order since 2026-01-02 11:59:00 UTC."
            },
            { "paused", "saga-paused", "An operator has paused the saga: it has 0 slots." },
            { "inventory unavailable", "service-unavailable", "inventory does not answer." },
            { "inventory unavailable under a stalled batch", "service-unavailable", "inventory does not answer." },
            {
                "stalled",
                "batch-stalled",
                "The order's batch 0190a0b0-0000-7000-8000-000000000003 has not progressed since 2026-01-02 12:00:00 UTC."
            },
            { "tried", "attempts-failed", "3 attempts failed; next attempt at 2026-01-02 12:00:08 UTC." },
            {
                "backordered",
                "waiting-for-stock",
                "The order is waiting for 2 units of mug: position 3 in the queue, expected 2026-01-03 12:00:00 UTC."
            },
            {
                "customer decides",
                "waiting-for-customer",
                "Stock does not cover the order; the customer can decide until 2026-01-02 13:00:00 UTC."
            },
            {
                "unanswered",
                "payment-unanswered",
                "The payment provider has not answered 2 charge requests; next attempt at 2026-01-02 12:00:08 UTC."
            },
            { "payments unavailable", "service-unavailable", "payments does not answer." },
            {
                "declined",
                "compensation-pending",
                "The payment was declined; the release of the order's stock is pending."
            },
            {
                "another card",
                "waiting-for-card",
                "The card was declined: no money; the customer can name another one until 2026-01-02 13:00:00 UTC."
            },
            {
                "lapsed",
                "waiting-for-card",
                "The authorisation of the payment has ended; the customer can name another card until "
                    + "2026-01-02 13:00:00 UTC."
            },
            { "lapsed overdue", "waiting-for-batch", "The order is due; the next free batch will process it." },
            { "another card overdue", "waiting-for-batch", "The order is due; the next free batch will process it." },
            {
                "no other card",
                "compensation-pending",
                "The payment was declined: no money; the release of the order's stock is pending."
            },
            {
                "cancelled",
                "compensation-pending",
                "The order is cancelled; its refund and the release of its stock are pending."
            },
            { "attention", "needs-attention", "An operator needs to review the order: tried 10 times." },
            { "orders unavailable", "service-unavailable", "orders does not answer." },
            { "done", "finished", "The order's saga has finished: the order is confirmed." },
            { "parked", "event-parked", "Event 4 of payments could not be applied and is parked." },
            {
                "unpublished",
                "event-not-published",
                "1 event of the order not published yet: the relay of orders is 1 event behind."
            },
            { "behind", "finished", "The order's saga has finished: the order is confirmed." },
            {
                "paused and not due",
                "payment-unanswered",
                "The payment provider has not answered 2 charge requests; next attempt at 2026-01-02 12:00:08 UTC."
            },
            {
                "preparing",
                "shipment-preparing",
                "Shipment 1 is being prepared: 2 attempts so far, next at 2026-01-02 12:00:00 UTC."
            },
            { "preparing, inventory unavailable", "service-unavailable", "inventory does not answer." },
            { "return requested", "return-requested", "Return 1 is waiting for an operator's decision." },
            {
                "return decided",
                "return-unsettled",
                "Return 1 is decided and not settled yet: 2 attempts so far, next at 2026-01-02 12:00:00 UTC."
            },
            { "return decided, payments unavailable", "service-unavailable", "payments does not answer." },
            { "decision overdue", "waiting-for-batch", "The order is due; the next free batch will process it." },
            {
                "paused and in a batch",
                "in-progress",
                "Batch 0190a0b0-0000-7000-8000-000000000003 has been processing the order since 2026-01-02 11:59:00 UTC."
            },
            { "not charged yet", "waiting-for-batch", "The order is due; the next free batch will process it." },
            { "paid", "waiting-for-batch", "The order is due; the next free batch will process it." },
            { "backorder filled", "waiting-for-batch", "The order is due; the next free batch will process it." },
            { "backordered, inventory unavailable", "service-unavailable", "inventory does not answer." },
            { "tried and due again", "waiting-for-batch", "The order is due; the next free batch will process it." },
            { "parked in progress", "waiting-for-batch", "The order is due; the next free batch will process it." },
            { "orders unavailable, and parked", "service-unavailable", "orders does not answer." },
        };

    [Theory, MemberData(nameof(Stuck))]
    public void N8_The_first_finding_names_the_actual_cause(string situation, string code, string text) =>
        DiagnosisRules.Explain(Case(situation))[0].Should().Be(new Finding(code, text));

    [Fact]
    public void N8_Texts_name_what_is_known_only()
    {
        var order = Case("unanswered").Order!;

        Text(Case("unanswered") with { Order = order with { PayBy = Now.AddMinutes(30) } })
            .Should()
            .Be(
                "The payment provider has not answered 2 charge requests; next attempt at 2026-01-02 12:00:08 UTC; "
                    + "the order expires unpaid at 2026-01-02 12:30:00 UTC."
            );
        Text(Case("unanswered") with { Order = order with { DueAt = null } })
            .Should()
            .Be("The payment provider has not answered 2 charge requests.");
        Text(Case("declined") with { Order = Case("declined").Order! with { Reason = "no money" } })
            .Should()
            .Be("The payment was declined: no money; the release of the order's stock is pending.");
        Text(Case("backordered") with { Claims = NoClaims with { Backorders = [new("mug", 1, 1, null)] } })
            .Should()
            .Be("The order is waiting for 1 unit of mug: position 1 in the queue, no date known.");
        DiagnosisRules.Explain(Case("behind"))[1].Text.Should().Be("History is 3 events behind orders.");
        DiagnosisRules
            .Explain(Idle with { Parked = [new(Apps.Payments, null)] })
            .Select(f => f.Text)
            .Should()
            .Contain("An unreadable event of payments could not be applied and is parked.");

        static string Text(Evidence evidence) => DiagnosisRules.Explain(evidence)[0].Text;
    }

    [Fact]
    public void N8_Every_status_is_explained_by_who_ends_it()
    {
        foreach (var status in OrderStatuses.All)
        {
            var bySaga = OrderConditions.Unfinished.Contains($"'{status}'", StringComparison.Ordinal);
            var code = DiagnosisRules.Explain(Idle with { Order = Accepted with { Status = status } })[0].Code;
            if (bySaga)
                code.Should().NotBe("finished", $"the saga returns to an order that is {status}");
            else
                code.Should().Be(status == "needs_attention" ? "needs-attention" : "finished", status);
        }
    }

    [Fact]
    public void N8_A_lag_of_history_is_reported_and_is_not_the_cause() =>
        DiagnosisRules.Explain(Case("behind")).Select(f => f.Code).Should().Equal("finished", "history-behind");

    [Fact]
    public void S15_An_order_whose_units_a_count_has_not_found_is_told_so_first() =>
        DiagnosisRules
            .Explain(Case("done") with { Claims = NoClaims with { Allocations = [new("mug", "main", 3, Missing: 2)] } })
            .Select(f => f.Text)
            .Should()
            .StartWith(
                "2 units of mug that are promised at main are missing: the order may be late. Ship it when they are found "
                    + "or replaced, or cancel the units that cannot be delivered: POST /orders/{id}/cancellations."
            );

    [Fact]
    public void N8_An_order_that_waits_for_stock_does_not_wait_for_a_batch() =>
        DiagnosisRules.Explain(Case("backordered")).Select(f => f.Code).Should().Equal("waiting-for-stock");

    private static Evidence Case(string situation) =>
        situation switch
        {
            "due" => Idle,
            "in a batch" => Idle with { Order = InBatch },
            "paused" => Idle with { Order = Accepted with { Slots = 0 } },
            "paused and not due" => Idle with
            {
                Order = Accepted with { Status = "reserved", Slots = 0, Attempts = 2, DueAt = Now.AddSeconds(8) },
                Payment = new("pending", 2, null, Published),
            },
            "preparing" => Idle with
            {
                Order = Confirmed with { OpenFulfilments = [new("shipment", 1, "preparing", 2, Now)] },
            },
            "preparing, inventory unavailable" => Idle with
            {
                Order = Confirmed with { OpenFulfilments = [new("shipment", 1, "preparing", 2, Now)] },
                Claims = null,
            },
            "return requested" => Idle with
            {
                Order = Confirmed with
                {
                    Status = "delivered",
                    OpenFulfilments = [new("return", 1, "requested", 0, Now)],
                },
            },
            "return decided" => Idle with
            {
                Order = Confirmed with
                {
                    Status = "delivered",
                    OpenFulfilments = [new("return", 1, "decided", 2, Now)],
                },
            },
            "return decided, payments unavailable" => Case("return decided") with { Payment = null },
            "another card" => Idle with
            {
                Order = Accepted with { Status = "awaiting_payment", Reason = "no money", PayBy = Now.AddHours(1) },
            },
            "another card overdue" => Idle with
            {
                Order = Case("another card").Order! with { PayBy = Now, DueAt = Now },
            },
            "lapsed" => Idle with { Order = Case("another card").Order! with { Payment = "lapsed" } },
            "lapsed overdue" => Idle with { Order = Case("lapsed").Order! with { PayBy = Now, DueAt = Now } },
            "no other card" => Idle with { Order = Case("another card").Order! with { Payment = "declined" } },
            "decision overdue" => Idle with { Order = Accepted with { Status = "awaiting_customer", DecideBy = Now } },
            "paused and in a batch" => Idle with { Order = InBatch with { Slots = 0 } },
            "not charged yet" => Idle with
            {
                Order = Accepted with { Status = "reserved" },
                Payment = new("pending", 0, null, Published),
            },
            "paid" => Idle with
            {
                Order = Accepted with { Status = "reserved" },
                Payment = new("captured", 2, null, Published),
            },
            "backorder filled" => Idle with { Order = Accepted with { Status = "backordered" } },
            "backordered, inventory unavailable" => Idle with
            {
                Order = Accepted with { Status = "backordered" },
                Claims = null,
            },
            "tried and due again" => Idle with { Order = Accepted with { Attempts = 3, DueAt = Now } },
            "parked in progress" => Idle with { Parked = [new(Apps.Payments, 4)] },
            "orders unavailable, and parked" => Idle with { Order = null, Parked = [new(Apps.Payments, 4)] },
            "inventory unavailable" => Idle with { Claims = null },
            "inventory unavailable under a stalled batch" => Idle with
            {
                Order = InBatch with { StaleAt = Now.AddSeconds(-1) },
                Claims = null,
            },
            "stalled" => Idle with { Order = InBatch with { StaleAt = Now.AddSeconds(-1) } },
            "tried" => Idle with { Order = Accepted with { Attempts = 3, DueAt = Now.AddSeconds(8) } },
            "backordered" => Idle with
            {
                Order = Accepted with { Status = "backordered" },
                Claims = NoClaims with { State = "backordered", Backorders = [new("mug", 2, 3, Now.AddDays(1))] },
            },
            "customer decides" => Idle with
            {
                Order = Accepted with { Status = "awaiting_customer", DecideBy = Now.AddHours(1) },
            },
            "unanswered" => Idle with
            {
                Order = Accepted with { Status = "reserved", Attempts = 2, DueAt = Now.AddSeconds(8) },
                Payment = new("pending", 2, null, Published),
            },
            "payments unavailable" => Idle with
            {
                Order = Accepted with { Status = "reserved", Attempts = 2, DueAt = Now.AddSeconds(8) },
                Payment = null,
            },
            "declined" => Idle with { Order = Accepted with { Status = "reserved", Payment = "declined" } },
            "cancelled" => Idle with { Order = Confirmed with { Status = "cancelled", CompensationPending = true } },
            "attention" => Idle with
            {
                Order = Accepted with { Status = "needs_attention", Reason = "tried 10 times" },
            },
            "orders unavailable" => Idle with { Order = null },
            "done" => Idle with { Order = Confirmed },
            "parked" => Idle with { Order = Confirmed, Parked = [new(Apps.Payments, 4)] },
            "unpublished" => Idle with
            {
                Order = Confirmed with { Outbox = new(5, 4, 1) },
                Applied = new Dictionary<string, long>
                {
                    [Apps.Orders] = 4,
                    [Apps.Inventory] = 5,
                    [Apps.Payments] = 5,
                },
            },
            _ => Idle with
            {
                Order = Confirmed,
                Applied = new Dictionary<string, long>
                {
                    [Apps.Orders] = 2,
                    [Apps.Inventory] = 5,
                    [Apps.Payments] = 5,
                },
            },
        };
}
