using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.History.Tests;

public sealed class OrderTimelineTests(HistoryFixture fixture) : IClassFixture<HistoryFixture>
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private readonly Guid _order = Guid.CreateVersion7();

    [Fact]
    public async Task An_orders_timeline_is_in_order_of_time_whatever_order_its_producers_events_arrive_in()
    {
        await fixture.PublishAsync(
            Topics.Payments,
            (EventTypes.PaymentRecorded, Noon.AddSeconds(2), new PaymentRecorded($"{_order}", "captured", 12.5m, null))
        );
        await fixture.PublishAsync(Topics.Stock, Allocated(Noon.AddSeconds(1), ("A", 3), ("B", 1)));
        await fixture.PublishAsync(
            Topics.Orders,
            Accepted(Noon),
            Moved(Noon.AddSeconds(1), "accepted", "reserved"),
            Moved(Noon.AddSeconds(3), "reserved", "paid"),
            Moved(Noon.AddSeconds(3), "paid", "confirmed")
        );

        var timeline = await TimelineAsync(fixture.Service.As(Identity.Customer, "ann"));

        timeline
            .Select(e => (e.Source, e.Text))
            .Should()
            .Equal(
                ("orders", "Order 7 was accepted: 4 units of 2 SKUs, GBP 12.50"),
                ("inventory", "4 units of 2 SKUs allocated"),
                ("orders", "Stock is held for the order"),
                ("payments", "GBP 12.50 captured"),
                ("orders", "The order is paid"),
                ("orders", "The order is confirmed and ready to ship")
            );
        timeline
            .Where(e => e.Type == "order.status_changed")
            .Select(e => (e.From, e.To))
            .Should()
            .Equal(("accepted", "reserved"), ("reserved", "paid"), ("paid", "confirmed"));
    }

    [Fact]
    public async Task The_timeline_of_an_order_whose_events_are_still_on_their_way_answers_with_what_Orders_knows()
    {
        fixture.Append(_order, Accepted(Noon), Moved(Noon.AddSeconds(2), "accepted", "reserved"));
        await fixture.PublishAsync(Topics.Stock, Allocated(Noon.AddSeconds(1), ("A", 3), ("B", 1)));

        (await TimelineAsync(fixture.Service.As(Identity.Customer, "ann")))
            .Select(e => e.Text)
            .Should()
            .Equal(
                "Order 7 was accepted: 4 units of 2 SKUs, GBP 12.50",
                "4 units of 2 SKUs allocated",
                "Stock is held for the order"
            );
        using var foreign = await fixture
            .Service.As(Identity.Customer, "bob")
            .GetAsync($"orders/{_order}/timeline", TestContext.Current.CancellationToken);
        foreign.StatusCode.Should().Be(HttpStatusCode.NotFound);
        using var newest = await fixture
            .Service.As(Identity.Customer, "ann")
            .GetAsync($"orders/{_order}/timeline?order=desc&limit=1", TestContext.Current.CancellationToken);
        (await newest.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .Should()
            .Contain("Stock is held for the order")
            .And.NotContain("was accepted");
    }

    [Fact]
    public async Task A_rejection_for_lack_of_stock_lists_the_shortages()
    {
        await fixture.PublishAsync(
            Topics.Orders,
            Accepted(Noon),
            Moved(Noon.AddSeconds(2), "accepted", "rejected", "out of stock")
        );
        await fixture.PublishAsync(
            Topics.Stock,
            (EventTypes.StockRefused, Noon.AddSeconds(1), new StockRefused(_order, [new("A", 3, 1)]))
        );

        var timeline = await TimelineAsync(fixture.Service.As(Identity.Operator));

        timeline[1].Text.Should().Be("Not enough stock: A (1 of 3)");
        timeline[2].Reason.Should().Be("out of stock");
    }

    [Fact]
    public async Task G12_Backorders_shortfalls_and_shipments_appear_in_the_timeline()
    {
        await fixture.PublishAsync(
            Topics.Stock,
            (EventTypes.BackorderFilled, Noon, new BackorderFilled(_order, "mug", 2, 1)),
            (EventTypes.BackorderFilled, Noon.AddSeconds(1), new BackorderFilled(_order, "mug", 1, 0)),
            (
                EventTypes.StockShortfall,
                Noon.AddSeconds(2),
                new StockShortfall("mug", "main", 1, [_order, Guid.CreateVersion7()])
            ),
            (EventTypes.StockLow, Noon.AddSeconds(3), new StockAvailable("mug", 0, 5)),
            (
                EventTypes.StockMoved,
                Noon.AddSeconds(4),
                new StockMoved("shipped", $"{_order}", "olga", null, [new($"{_order}", "main", 1, -3, 0, 0, 0)])
            )
        );

        var timeline = await TimelineAsync(fixture.Service.As(Identity.Operator));

        timeline
            .Select(e => e.Text)
            .Should()
            .Equal(
                "2 units of mug arrived for the order, 1 outstanding",
                "1 unit of mug arrived for the order, none outstanding",
                "A stock count found fewer units of mug than are promised: the order may be late",
                "3 units of 1 SKU left the warehouse"
            );
        timeline.Should().OnlyContain(e => e.Source == "inventory");
    }

    [Fact]
    public async Task G12_An_offer_has_its_own_timeline_until_an_order_claims_it()
    {
        await fixture.PublishAsync(
            Topics.Stock,
            (
                EventTypes.StockMoved,
                Noon,
                new StockMoved("held", $"{_order}", "queue", null, [new($"{_order}", "main", 1, 1, 1, 0, 0, 1)])
            ),
            (
                EventTypes.WaitlistOffered,
                Noon,
                new WaitlistOffered(_order, Guid.CreateVersion7(), "mug", "ann", 1, Noon.AddMinutes(15))
            ),
            (
                EventTypes.StockMoved,
                Noon.AddMinutes(15),
                new StockMoved("expired", $"{_order}", "clock", null, [new($"{_order}", "main", 2, -1, 1, 0, 1)])
            )
        );

        (await TimelineAsync(fixture.Service.As(Identity.Operator)))
            .Select(e => e.Text)
            .Should()
            .Equal(
                "1 unit of 1 SKU held for the customer",
                "1 unit of mug offered to the customer until 2026-01-02 12:15 UTC",
                "1 unit of 1 SKU released: the hold expired"
            );
    }

    [Fact]
    public async Task Redelivered_messages_add_nothing()
    {
        var page = fixture.Page(Topics.Orders, Accepted(Noon), Moved(Noon, "accepted", "cancelled"));

        for (var i = 0; i < 3; i++)
            (await fixture.DeliverAsync(Topics.Orders, page)).Should().Be("SUCCESS");

        (await TimelineAsync(fixture.Service.As(Identity.Operator))).Should().HaveCount(2);
    }

    [Fact]
    public async Task A_message_after_a_gap_is_retried_while_the_producer_is_unavailable()
    {
        var missing = fixture.Page(
            Topics.Payments,
            (EventTypes.PaymentRecorded, Noon, new PaymentRecorded($"{_order}", "captured", 1, null))
        );
        var next = fixture.Page(
            Topics.Payments,
            (EventTypes.PaymentRecorded, Noon, new PaymentRecorded($"{_order}", "refunded", 1, null))
        );

        (await fixture.DeliverAsync(Topics.Payments, next)).Should().Be("RETRY");
        (await fixture.DeliverAsync(Topics.Payments, missing)).Should().Be("SUCCESS");
        (await fixture.DeliverAsync(Topics.Payments, next)).Should().Be("SUCCESS");

        (await TimelineAsync(fixture.Service.As(Identity.Operator)))
            .Select(e => e.Type)
            .Should()
            .Equal("payment.captured", "payment.refunded");
    }

    [Fact]
    public async Task A_customer_sees_only_their_own_orders_and_cannot_tell_a_foreign_one_from_an_unknown_one()
    {
        await fixture.PublishAsync(Topics.Orders, Accepted(Noon));

        var unknownOrder = Guid.CreateVersion7();
        using var foreign = await fixture
            .Service.As(Identity.Customer, "bob")
            .GetAsync($"orders/{_order}/timeline", TestContext.Current.CancellationToken);
        using var unknown = await fixture
            .Service.As(Identity.Customer, "ann")
            .GetAsync($"orders/{unknownOrder}/timeline", TestContext.Current.CancellationToken);
        using var anonymous = await fixture
            .Service.CreateClient()
            .GetAsync($"orders/{_order}/timeline", TestContext.Current.CancellationToken);
        using var unknownToOperator = await fixture
            .Service.As(Identity.Operator)
            .GetAsync($"orders/{Guid.CreateVersion7()}/timeline", TestContext.Current.CancellationToken);

        (foreign.StatusCode, unknown.StatusCode, anonymous.StatusCode)
            .Should()
            .Be((HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.Unauthorized));
        unknownToOperator.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await DetailAsync(foreign)).Should().Be($"Order {_order} was not found.");
        (await DetailAsync(unknown)).Should().Be($"Order {unknownOrder} was not found.");

        static async Task<string?> DetailAsync(HttpResponseMessage response) =>
            (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
                .GetProperty("detail")
                .GetString();
    }

    [Fact]
    public async Task Pages_joined_by_their_cursors_are_the_whole_timeline()
    {
        await fixture.PublishAsync(
            Topics.Orders,
            [
                Accepted(Noon),
                .. Enumerable.Range(0, 9).Select(i => Moved(Noon.AddMicroseconds(i / 3), $"s{i}", $"s{i + 1}")),
            ]
        );
        var reader = fixture.Service.As(Identity.Operator);
        var all = await TimelineAsync(reader);

        var joined = new List<Entry>();
        for (string? cursor = null, more = "yes"; more is not null; more = cursor)
        {
            var page = (
                await reader.GetFromJsonAsync<Page>(
                    $"orders/{_order}/timeline?limit=3{(cursor is null ? "" : $"&cursor={cursor}")}",
                    TestContext.Current.CancellationToken
                )
            )!;
            joined.AddRange(page.Entries);
            cursor = page.Cursor;
        }

        joined.Should().Equal(all).And.HaveCount(10);
        (
            await reader.GetFromJsonAsync<Page>(
                $"orders/{_order}/timeline?limit=-1",
                TestContext.Current.CancellationToken
            )
        )!
            .Entries.Should()
            .ContainSingle();
        foreach (var cursor in new[] { "nonsense", "-1-0-0", "200000000000000001-0-0" })
        {
            using var bad = await reader.GetAsync(
                $"orders/{_order}/timeline?cursor={cursor}",
                TestContext.Current.CancellationToken
            );
            bad.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        }
    }

    [Theory]
    [InlineData("insert into order_owners select * from order_owners limit 1", "pk_order_owners")]
    [InlineData("insert into order_timeline select * from order_timeline limit 1", "pk_order_timeline")]
    [InlineData("insert into stock_operations select * from stock_operations limit 1", "pk_stock_operations")]
    [InlineData("insert into stock_timeline select * from stock_timeline limit 1", "pk_stock_timeline")]
    public async Task The_database_rejects_a_duplicate_row_even_from_its_owner(string sql, string constraint)
    {
        await fixture.PublishAsync(Topics.Orders, Accepted(Noon));
        await fixture.PublishAsync(Topics.Stock, Allocated(Noon, ("A", 1)));
        var writing = () => Sql.ScalarAsync<object>(fixture.Database.Owner, sql);
        (await writing.Should().ThrowAsync<Npgsql.PostgresException>()).Which.ConstraintName.Should().Be(constraint);
    }

    [Fact]
    public async Task Guests_may_not_read()
    {
        using var guest = await fixture
            .Service.As("guest")
            .GetAsync($"orders/{_order}/timeline", TestContext.Current.CancellationToken);
        guest.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    private (string, DateTimeOffset, object) Accepted(DateTimeOffset at) =>
        (EventTypes.OrderAccepted, at, new OrderAccepted(_order, 7, "ann", 12.5m, 4, 2));

    private (string, DateTimeOffset, object) Moved(DateTimeOffset at, string from, string to, string? reason = null) =>
        (EventTypes.OrderStatusChanged, at, new OrderStatusChanged(_order, from, to, reason));

    private (string, DateTimeOffset, object) Allocated(
        DateTimeOffset at,
        params IEnumerable<(string Sku, int Quantity)> lines
    ) =>
        (
            EventTypes.StockMoved,
            at,
            new StockMoved(
                "allocated",
                $"{_order}",
                "saga",
                null,
                [
                    .. lines.Select(l => new MovementLine(
                        $"{_order}{l.Sku}",
                        "main",
                        1,
                        l.Quantity,
                        10,
                        l.Quantity,
                        10 - l.Quantity
                    )),
                ]
            )
        );

    private async Task<List<Entry>> TimelineAsync(HttpClient reader) =>
        (
            await reader.GetFromJsonAsync<Page>($"orders/{_order}/timeline", TestContext.Current.CancellationToken)
        )!.Entries;

    private sealed record Page(List<Entry> Entries, string? Cursor);

    private sealed record Entry(
        DateTimeOffset At,
        string Source,
        string Type,
        string Text,
        string? From,
        string? To,
        string? Reason
    );
}
