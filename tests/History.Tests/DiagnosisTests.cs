using DaprShop.Contracts;
using DaprShop.History.Domain;

namespace DaprShop.History.Tests;

public sealed class DiagnosisTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly OutboxState Told = new(5, 5, 0);
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
        Told
    );
    private static readonly OrderState InBatch = Accepted with
    {
        BatchId = Guid.CreateVersion7(),
        BatchSince = Now.AddMinutes(-1),
        ProgressedAt = Now,
        StaleAt = Now.AddSeconds(30),
        DueAt = null,
    };
    private static readonly OrderState Confirmed = Accepted with { Status = "confirmed" };
    private static readonly OrderClaims NoClaims = new(null, [], [], Told);
    private static readonly Evidence Calm = new(
        Accepted,
        NoClaims,
        new OrderPayment(null, 0, null, Told),
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
            { "due", "waits-its-turn" },
            { "in a batch", "in-progress" },
            { "paused", "saga-paused" },
            { "inventory away", "service-away" },
            { "inventory away under a stalled batch", "service-away" },
            { "stalled", "batch-stalled" },
            { "tried", "tried-in-vain" },
            { "backordered", "waits-for-stock" },
            { "asked", "waits-for-customer" },
            { "unanswered", "payment-unanswered" },
            { "payments away", "service-away" },
            { "declined", "compensation-pending" },
            { "undo", "compensation-pending" },
            { "attention", "needs-attention" },
            { "orders away", "service-away" },
            { "done", "finished" },
            { "parked", "event-parked" },
            { "unpublished", "event-not-published" },
            { "behind", "finished" },
            { "paused, and not due", "payment-unanswered" },
            { "leaving", "shipment-preparing" },
            { "leaving, inventory away", "service-away" },
            { "sent back", "return-requested" },
            { "coming back", "return-unsettled" },
            { "coming back, payments away", "service-away" },
            { "asked too late", "waits-its-turn" },
            { "paused, and in a batch", "in-progress" },
            { "not asked for money yet", "waits-its-turn" },
            { "paid at last", "waits-its-turn" },
            { "its stock has come", "waits-its-turn" },
            { "backordered, inventory away", "service-away" },
            { "tried, and due again", "waits-its-turn" },
            { "parked under way", "waits-its-turn" },
            { "orders away, and parked", "service-away" },
        };

    [Theory, MemberData(nameof(Stuck))]
    public void N8_The_first_finding_names_the_true_cause(string what, string code) =>
        Diagnosis.Of(Case(what))[0].Code.Should().Be(code);

    [Fact]
    public void N8_That_history_is_behind_is_said_and_is_no_cause() =>
        Diagnosis.Of(Case("behind")).Select(f => f.Code).Should().Equal("finished", "history-behind");

    [Fact]
    public void N8_Who_waits_for_stock_waits_for_no_batch() =>
        Diagnosis.Of(Case("backordered")).Select(f => f.Code).Should().Equal("waits-for-stock");

    [Fact]
    public void N8_Who_waits_for_stock_is_told_the_place_in_line_and_the_date() =>
        Diagnosis
            .Of(Case("backordered"))[0]
            .Text.Should()
            .Be("It waits for 2 of mug: place 3 in line, expected 2026-01-03 12:00:00 UTC.");

    private static Evidence Case(string what) =>
        what switch
        {
            "due" => Calm,
            "in a batch" => Calm with { Order = InBatch },
            "paused" => Calm with { Order = Accepted with { Slots = 0 } },
            "paused, and not due" => Calm with
            {
                Order = Accepted with { Status = "reserved", Slots = 0, Attempts = 2, DueAt = Now.AddSeconds(8) },
                Payment = new("pending", 2, null, Told),
            },
            "leaving" => Calm with { Order = Confirmed with { Parcels = [new("shipment", 1, "preparing", 2, Now)] } },
            "leaving, inventory away" => Calm with
            {
                Order = Confirmed with { Parcels = [new("shipment", 1, "preparing", 2, Now)] },
                Claims = null,
            },
            "sent back" => Calm with
            {
                Order = Confirmed with { Status = "delivered", Parcels = [new("return", 1, "requested", 0, Now)] },
            },
            "coming back" => Calm with
            {
                Order = Confirmed with { Status = "delivered", Parcels = [new("return", 1, "decided", 2, Now)] },
            },
            "coming back, payments away" => Case("coming back") with { Payment = null },
            "asked too late" => Calm with { Order = Accepted with { Status = "awaiting_customer", DecideBy = Now } },
            "paused, and in a batch" => Calm with { Order = InBatch with { Slots = 0 } },
            "not asked for money yet" => Calm with
            {
                Order = Accepted with { Status = "reserved" },
                Payment = new("pending", 0, null, Told),
            },
            "paid at last" => Calm with
            {
                Order = Accepted with { Status = "reserved" },
                Payment = new("captured", 2, null, Told),
            },
            "its stock has come" => Calm with { Order = Accepted with { Status = "backordered" } },
            "backordered, inventory away" => Calm with
            {
                Order = Accepted with { Status = "backordered" },
                Claims = null,
            },
            "tried, and due again" => Calm with { Order = Accepted with { Attempts = 3, DueAt = Now } },
            "parked under way" => Calm with { Parked = [new(Apps.Payments, 4)] },
            "orders away, and parked" => Calm with { Order = null, Parked = [new(Apps.Payments, 4)] },
            "inventory away" => Calm with { Claims = null },
            "inventory away under a stalled batch" => Calm with
            {
                Order = InBatch with { StaleAt = Now.AddSeconds(-1) },
                Claims = null,
            },
            "stalled" => Calm with { Order = InBatch with { StaleAt = Now.AddSeconds(-1) } },
            "tried" => Calm with { Order = Accepted with { Attempts = 3, DueAt = Now.AddSeconds(8) } },
            "backordered" => Calm with
            {
                Order = Accepted with { Status = "backordered" },
                Claims = NoClaims with { State = "backordered", Backorders = [new("mug", 2, 3, Now.AddDays(1))] },
            },
            "asked" => Calm with { Order = Accepted with { Status = "awaiting_customer", DecideBy = Now.AddHours(1) } },
            "unanswered" => Calm with
            {
                Order = Accepted with { Status = "reserved", Attempts = 2, DueAt = Now.AddSeconds(8) },
                Payment = new("pending", 2, null, Told),
            },
            "payments away" => Calm with
            {
                Order = Accepted with { Status = "reserved", Attempts = 2, DueAt = Now.AddSeconds(8) },
                Payment = null,
            },
            "declined" => Calm with { Order = Accepted with { Status = "reserved", Payment = "declined" } },
            "undo" => Calm with { Order = Confirmed with { Status = "cancelled", Undo = true } },
            "attention" => Calm with
            {
                Order = Accepted with { Status = "needs_attention", Reason = "tried 10 times" },
            },
            "orders away" => Calm with { Order = null },
            "done" => Calm with { Order = Confirmed },
            "parked" => Calm with { Order = Confirmed, Parked = [new(Apps.Payments, 4)] },
            "unpublished" => Calm with
            {
                Order = Confirmed with { Outbox = new(5, 4, 1) },
                Seen = new Dictionary<string, long>
                {
                    [Apps.Orders] = 4,
                    [Apps.Inventory] = 5,
                    [Apps.Payments] = 5,
                },
            },
            _ => Calm with
            {
                Order = Confirmed,
                Seen = new Dictionary<string, long>
                {
                    [Apps.Orders] = 2,
                    [Apps.Inventory] = 5,
                    [Apps.Payments] = 5,
                },
            },
        };
}
