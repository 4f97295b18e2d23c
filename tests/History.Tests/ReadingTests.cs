using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.History.Tests;

/// <summary>Timelines by order, customer and location. No other service runs.</summary>
public sealed class ReadingTests(HistoryFixture fixture) : IClassFixture<HistoryFixture>
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private readonly string _customer = $"c{Guid.CreateVersion7():N}";
    private readonly HttpClient _olga = fixture.Service.As(Identity.Operator, "olga");

    [Fact]
    public async Task G27_Each_status_change_has_both_statuses_its_actor_and_the_orders_version()
    {
        var order = await AcceptedAsync(Noon);
        await fixture.PublishAsync(
            Topics.Orders,
            (
                EventTypes.OrderStatusChanged,
                Noon.AddSeconds(1),
                new OrderStatusChanged(order, "accepted", "cancelled", "cancelled by ann", "ann")
            )
        );
        var entries = await EntriesAsync(_olga, $"orders/{order}/timeline");
        entries
            .Select(e => (Text(e, "to"), Text(e, "actor"), e.GetProperty("version").GetInt32()))
            .Should()
            .Equal(("accepted", _customer, 1), ("cancelled", "ann", 1));
        Text(entries[1], "from").Should().Be("accepted");
        Text(entries[1], "reason").Should().Be("cancelled by ann");
    }

    [Fact]
    public async Task G12_An_orders_timeline_can_be_read_from_either_end_and_filtered_by_type_and_time()
    {
        var order = await AcceptedAsync(Noon);
        await fixture.PublishAsync(
            Topics.Orders,
            (
                EventTypes.OrderStatusChanged,
                Noon.AddMinutes(1),
                new OrderStatusChanged(order, "accepted", "reserved", null)
            ),
            (
                EventTypes.ShipmentStatusChanged,
                Noon.AddMinutes(2),
                new ShipmentStatusChanged(Guid.CreateVersion7(), order, 1, "dispatched", [new("mug", 2)], "olga", null)
            ),
            (
                EventTypes.ReturnStatusChanged,
                Noon.AddMinutes(3),
                new ReturnStatusChanged(
                    Guid.CreateVersion7(),
                    order,
                    1,
                    "settled",
                    [new("mug", 1, "restock")],
                    4.25m,
                    "olga",
                    "broken"
                )
            )
        );
        await fixture.PublishAsync(
            Topics.Payments,
            (
                EventTypes.PaymentRecorded,
                Noon.AddMinutes(4),
                new PaymentRecorded($"{order}", "partly_refunded", 4.25m, "return")
            )
        );

        (await TextsAsync($"orders/{order}/timeline?order=desc"))
            .Should()
            .Equal(
                "GBP 4.25 of the payment refunded",
                "Return 1 is complete: GBP 4.25 refunded",
                "Shipment 1 was dispatched: 2 units of 1 SKU",
                "Stock is held for the order",
                "Order 7 was accepted: 4 units of 2 SKUs, GBP 12.50"
            );
        (await TextsAsync($"orders/{order}/timeline?type=shipment."))
            .Should()
            .Equal("Shipment 1 was dispatched: 2 units of 1 SKU");
        (await TextsAsync($"orders/{order}/timeline?from=2026-01-02T12:01:00Z&until=2026-01-02T12:02:00Z"))
            .Should()
            .Equal("Stock is held for the order");
        (await _olga.GetAsync($"orders/{order}/timeline?order=sideways"))
            .StatusCode.Should()
            .Be(HttpStatusCode.UnprocessableEntity);
        (await _olga.GetAsync($"orders/{order}/timeline?cursor=nonsense"))
            .StatusCode.Should()
            .Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_customers_timeline_has_all_their_orders_newest_first_and_its_pages_skip_none()
    {
        List<Guid> orders = [];
        for (var i = 0; i < 5; i++)
            orders.Add(await AcceptedAsync(Noon.AddMinutes(i)));
        // One event, one entry for each order: with the same time, step and position.
        await fixture.PublishAsync(
            Topics.Stock,
            (EventTypes.StockShortfall, Noon.AddHours(1), new StockShortfall("mug", "main", 1, orders))
        );
        var mine = fixture.Service.As(Identity.Customer, _customer);
        List<JsonElement> read = [];
        string? cursor = null;
        do
        {
            var page = await mine.GetFromJsonAsync<JsonElement>(
                $"timeline?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}"
            );
            read.AddRange(page.GetProperty("entries").EnumerateArray());
            cursor = page.GetProperty("cursor").GetString();
        } while (cursor is not null);

        read.Select(e => (Text(e, "type"), e.GetProperty("orderId").GetGuid()))
            .Should()
            .BeEquivalentTo(
                orders.Select(o => ("stock.shortfall", o)).Concat(orders.Select(o => ("order.accepted", o)))
            );
        read.Select(e => e.GetProperty("at").GetDateTimeOffset()).Should().BeInDescendingOrder();
        (await EntriesAsync(_olga, $"customers/{_customer}/timeline?type=order.")).Should().HaveCount(5);
        (await EntriesAsync(fixture.Service.As(Identity.Customer, "mallory"), "timeline")).Should().BeEmpty();
        (await mine.GetAsync($"customers/{_customer}/timeline")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_locations_timeline_has_every_SKU_that_moved_there_and_can_be_filtered_and_paged()
    {
        var place = $"p{Guid.CreateVersion7():N}";
        await fixture.PublishAsync(
            Topics.Stock,
            Moved("received", Noon, ("a", 1, 5), ("b", 1, 7)),
            Moved("adjusted", Noon.AddMinutes(1), ("a", 2, -1))
        );
        (await EntriesAsync(_olga, $"locations/{place}/timeline"))
            .Select(e => (Text(e, "sku"), e.GetProperty("quantity").GetInt32()))
            .Should()
            .Equal(("a", -1), ("b", 7), ("a", 5));
        (await EntriesAsync(_olga, $"locations/{place}/timeline?kind=received")).Should().HaveCount(2);
        var first = await _olga.GetFromJsonAsync<JsonElement>($"locations/{place}/timeline?limit=2");
        (
            await EntriesAsync(
                _olga,
                $"locations/{place}/timeline?limit=2&cursor={first.GetProperty("cursor").GetString()}"
            )
        )
            .Select(e => e.GetProperty("quantity").GetInt32())
            .Should()
            .Equal(5);
        (await EntriesAsync(_olga, $"stock/a/timeline?location={place}&kind=adjusted")).Should().ContainSingle();

        (string, DateTimeOffset, object) Moved(
            string kind,
            DateTimeOffset at,
            params (string Sku, long Sequence, int Quantity)[] moves
        ) =>
            (
                EventTypes.StockMoved,
                at,
                new StockMoved(
                    kind,
                    Guid.CreateVersion7().ToString("N"),
                    "olga",
                    null,
                    [.. moves.Select(m => new MovementLine(m.Sku, place, m.Sequence, m.Quantity, 0, 0, 0))]
                )
            );
    }

    [Fact]
    public async Task N8_While_all_other_services_are_unavailable_the_explanation_says_so()
    {
        var order = await AcceptedAsync(Noon);
        var why = await fixture
            .Service.As(Identity.Customer, _customer)
            .GetFromJsonAsync<JsonElement>($"orders/{order}/why");
        why.GetProperty("findings")
            .EnumerateArray()
            .Select(f => (Text(f, "code"), Text(f, "text")))
            .Should()
            .Equal(
                ("service-unavailable", "orders does not answer."),
                ("service-unavailable", "inventory does not answer."),
                ("service-unavailable", "payments does not answer.")
            );
        (await fixture.Service.As(Identity.Customer, "mallory").GetAsync($"orders/{order}/why"))
            .StatusCode.Should()
            .Be(HttpStatusCode.NotFound);
        (await _olga.GetAsync($"orders/{Guid.CreateVersion7()}/why"))
            .StatusCode.Should()
            .Be(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task G42_The_OpenAPI_document_describes_every_success_response() =>
        (await _olga.UndescribedSuccessesAsync(TestContext.Current.CancellationToken)).Should().BeEmpty();

    private async Task<Guid> AcceptedAsync(DateTimeOffset at)
    {
        var order = Guid.CreateVersion7();
        (
            await fixture.PublishAsync(
                Topics.Orders,
                (EventTypes.OrderAccepted, at, new OrderAccepted(order, 7, _customer, 12.5m, 4, 2))
            )
        )
            .Should()
            .Be("SUCCESS");
        return order;
    }

    private async Task<List<string?>> TextsAsync(string path) =>
        [.. (await EntriesAsync(_olga, path)).Select(e => Text(e, "text"))];

    private static async Task<List<JsonElement>> EntriesAsync(HttpClient client, string path) =>
        [.. (await client.GetFromJsonAsync<JsonElement>(path)).GetProperty("entries").EnumerateArray()];

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
