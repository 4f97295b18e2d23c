using DaprShop.Contracts;
using DaprShop.History.Diagnosis;

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
        BatchId = Guid.CreateVersion7(),
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

    public static TheoryData<string, string> Stuck =>
        new()
        {
            { "due", "waiting-for-batch" },
            { "in a batch", "in-progress" },
            { "paused", "saga-paused" },
            { "inventory unavailable", "service-unavailable" },
            { "inventory unavailable under a stalled batch", "service-unavailable" },
            { "stalled", "batch-stalled" },
            { "tried", "attempts-failed" },
            { "backordered", "waiting-for-stock" },
            { "customer decides", "waiting-for-customer" },
            { "unanswered", "payment-unanswered" },
            { "payments unavailable", "service-unavailable" },
            { "declined", "compensation-pending" },
            { "cancelled", "compensation-pending" },
            { "attention", "needs-attention" },
            { "orders unavailable", "service-unavailable" },
            { "done", "finished" },
            { "parked", "event-parked" },
            { "unpublished", "event-not-published" },
            { "behind", "finished" },
            { "paused and not due", "payment-unanswered" },
            { "preparing", "shipment-preparing" },
            { "preparing, inventory unavailable", "service-unavailable" },
            { "return requested", "return-requested" },
            { "return decided", "return-unsettled" },
            { "return decided, payments unavailable", "service-unavailable" },
            { "decision overdue", "waiting-for-batch" },
            { "paused and in a batch", "in-progress" },
            { "not charged yet", "waiting-for-batch" },
            { "paid", "waiting-for-batch" },
            { "backorder filled", "waiting-for-batch" },
            { "backordered, inventory unavailable", "service-unavailable" },
            { "tried and due again", "waiting-for-batch" },
            { "parked in progress", "waiting-for-batch" },
            { "orders unavailable, and parked", "service-unavailable" },
        };

    [Theory, MemberData(nameof(Stuck))]
    public void N8_The_first_finding_names_the_actual_cause(string situation, string code) =>
        DiagnosisRules.Explain(Case(situation))[0].Code.Should().Be(code);

    [Fact]
    public void N8_A_lag_of_history_is_reported_and_is_not_the_cause() =>
        DiagnosisRules.Explain(Case("behind")).Select(f => f.Code).Should().Equal("finished", "history-behind");

    [Fact]
    public void N8_An_order_that_waits_for_stock_does_not_wait_for_a_batch() =>
        DiagnosisRules.Explain(Case("backordered")).Select(f => f.Code).Should().Equal("waiting-for-stock");

    [Fact]
    public void N8_An_order_that_waits_for_stock_is_given_its_position_and_the_expected_date() =>
        DiagnosisRules
            .Explain(Case("backordered"))[0]
            .Text.Should()
            .Be("The order is waiting for 2 units of mug: position 3 in the queue, expected 2026-01-03 12:00:00 UTC.");

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
