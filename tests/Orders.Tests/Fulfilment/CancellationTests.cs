using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Fulfilment;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>Cancellations of units that have not left.</summary>
public sealed class CancellationTests(OrdersFixture fixture) : FulfilmentScene(fixture)
{
    [Fact]
    public async Task The_units_that_were_lost_are_cancelled_and_refunded_and_the_order_ends()
    {
        var id = await ConfirmedAsync(10);
        var shipment = await ShippedAsync(id, 6);
        await IsProblemAsync(await SendAsync(Alice, $"orders/{id}/cancel", null, new { }), 409, "not-cancellable");
        (await DeliverAsync(shipment)).Should().Be("shipped", "four units have not left");

        var key = New();
        var cancelled = await CancelledAsync(id, new { reason = "lost" }, key);
        (cancelled.GetProperty("state").GetString(), cancelled.GetProperty("refund").GetDecimal())
            .Should()
            .Be(("requested", 10m));
        var order = await GetAsync($"orders/{id}");
        (order.GetProperty("status").GetString(), order.GetProperty("total").GetDecimal())
            .Should()
            .Be(("delivered", 15m));
        order.GetProperty("lines")[0].GetProperty("cancelled").GetInt32().Should().Be(4);

        await SettledAsync(id);
        var number = cancelled.GetProperty("id").GetGuid();
        Fixture
            .Fakes.ReleasedUnits[$"cancellation:{number}"]
            .Should()
            .BeEquivalentTo(
                new ReleaseUnitsRequest($"cancellation:{number}", id, 1, "alice", [new OrderedUnits("cup", 4)])
            );
        Fixture.Fakes.PartRefunds[number].Should().Be(new PartRefundRequest(number, id, 10m, Total: 15m));
        (await Fixture.Database.NumberAsync($"select count(*) from events where subject = '{number}'")).Should().Be(2);

        using var again = await CancelAsync(id, new { reason = "lost" }, key);
        again.Headers.Contains(IdempotencyKey.ReplayedHeader).Should().BeTrue();
        await IsProblemAsync(await CancelAsync(id, new { reason = "other" }, key), 422, "idempotency-conflict");
        await IsProblemAsync(await CancelAsync(id, new { }), 409, "not-cancellable");
    }

    [Fact]
    public async Task S13_An_operator_who_has_the_customers_name_cancels_as_an_operator()
    {
        var id = await ConfirmedAsync(3);
        using var cancelled = await SendAsync(
            Fixture.Service.As(Identity.Operator, "alice"),
            $"orders/{id}/cancellations",
            null,
            new { lines = new[] { new { line = 1, quantity = 1 } } }
        );
        cancelled.StatusCode.Should().Be(System.Net.HttpStatusCode.Accepted);
        await SettledAsync(id);

        Fixture
            .Fakes.ReleasedUnits.Values.Single(r => r.OrderId == id)
            .Should()
            .Match<ReleaseUnitsRequest>(r => r.Actor == "alice" && r.ByOperator);
    }

    [Fact]
    public async Task A_parcel_on_its_way_ends_the_order_when_it_arrives()
    {
        var id = await ConfirmedAsync(3);
        var shipment = await ShippedAsync(id, 2);
        await CancelledAsync(id, new { });
        (await StatusAsync(id)).Should().Be("shipped");
        (await DeliverAsync(shipment)).Should().Be("delivered");
    }

    [Fact]
    public async Task Units_of_a_line_are_cancelled_and_the_refund_follows_the_line()
    {
        var id = await ConfirmedAsync((2, 10m), (2, 0m));
        await IsProblemAsync(
            await CancelAsync(id, new { lines = new[] { new { sku = "cup", quantity = 1 } } }),
            409,
            "line-required"
        );
        (await CancelledAsync(id, Lines(2, 1))).GetProperty("refund").GetDecimal().Should().Be(0m);
        (await CancelledAsync(id, Lines(1, 1))).GetProperty("refund").GetDecimal().Should().Be(10m);
        await IsProblemAsync(await CancelAsync(id, Lines(1, 2)), 409, "too-many");
        await IsProblemAsync(await CancelAsync(id, Lines(3, 1)), 422, "invalid");
        (await StatusAsync(id)).Should().Be("confirmed");
        (await GetAsync($"orders/{id}")).GetProperty("total").GetDecimal().Should().Be(10m);
        await SettledAsync(id);

        (await CancelledAsync(id, new { })).GetProperty("state").GetString().Should().Be("order_cancelled");
        (await StatusAsync(id)).Should().Be("cancelled", "nothing would be left of it");
        await IsProblemAsync(await CancelAsync(id, new { }), 409, "not-cancellable");
        await FinishAsync(id);
    }

    [Fact]
    public async Task Concurrent_cancellations_and_shipments_share_the_units()
    {
        var id = await ConfirmedAsync(5);
        await ShippedAsync(id, 1);
        var answers = await Task.WhenAll([
            .. Enumerable.Range(0, 4).Select(_ => CancelAsync(id, Lines(1, 3))),
            ShipAsync(id, 4),
        ]);
        answers.Count(a => a.StatusCode == HttpStatusCode.Accepted).Should().Be(1);
        foreach (var refused in answers.Where(a => a.StatusCode != HttpStatusCode.Accepted))
            refused.StatusCode.Should().Be(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task While_a_shipment_is_prepared_no_unit_is_cancelled()
    {
        var id = await ConfirmedAsync(3);
        Fixture.Fakes.Failure = HttpStatusCode.ServiceUnavailable;
        (await ShipAsync(id, 1)).StatusCode.Should().Be(HttpStatusCode.Accepted);
        await IsProblemAsync(await CancelAsync(id, new { }), 409, "shipment-under-way");
        Fixture.Fakes.Failure = null;
    }

    [Fact]
    public async Task While_units_are_being_released_the_order_is_not_cancelled_as_a_whole()
    {
        var id = await ConfirmedAsync(3);
        Fixture.Fakes.Failure = HttpStatusCode.ServiceUnavailable;
        await CancelledAsync(id, Lines(1, 1));
        await IsProblemAsync(await SendAsync(Alice, $"orders/{id}/cancel", null, new { }), 409, "not-cancellable");
        await IsProblemAsync(await CancelAsync(id, new { }), 409, "not-cancellable");
        Fixture.Fakes.Failure = null;
        await SettledAsync(id);
        (await SendAsync(Alice, $"orders/{id}/cancel", null, new { })).StatusCode.Should().Be(HttpStatusCode.OK);
        await FinishAsync(id);
    }

    [Fact]
    public async Task A_cancellation_that_is_settled_twice_is_written_once()
    {
        var id = await ConfirmedAsync(3);
        var cancelled = (await CancelledAsync(id, Lines(1, 1))).GetProperty("id").GetGuid();
        await SettledAsync(id);
        var store = new CancellationStore(
            Fixture.Database.Source,
            new RelaySignal(),
            new DispatchSignal(),
            NoFailpoints.Instance,
            TimeProvider.System
        );
        await store.SettleAsync(
            new Cancellation(
                cancelled,
                id,
                1,
                "requested",
                [new LineQuantity("cup", 1, 1)],
                2.5m,
                "alice",
                false,
                null
            ),
            CancellationToken.None
        );
        (await Fixture.Database.NumberAsync($"select count(*) from events where subject = '{cancelled}'"))
            .Should()
            .Be(2);
    }

    [Fact]
    public async Task Another_customer_cannot_cancel_or_see_it()
    {
        var id = await ConfirmedAsync(3);
        var bob = Fixture.Service.As(Identity.Customer, "bob");
        await IsProblemAsync(await SendAsync(bob, $"orders/{id}/cancellations", null, new { }), 404, "not-found");
        (await bob.GetAsync($"orders/{id}/cancellations")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_backordered_order_is_reduced_without_a_refund_and_takes_what_is_there()
    {
        var id = await BackorderedAsync();
        var cancelled = await CancelledAsync(id, Lines(1, 100));
        cancelled.GetProperty("refund").GetDecimal().Should().Be(0m);
        await SettledAsync(id);
        Fixture.Fakes.PartRefunds.Should().NotContainKey(cancelled.GetProperty("id").GetGuid());
        (await GetAsync($"orders/{id}")).GetProperty("total").GetDecimal().Should().Be(900 * 2.5m);

        await IsProblemAsync(await TakeAsync(id), 409, "nothing-there");
        Fixture.Fakes.There[id] = 7;
        (await TakeAsync(id)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await TakeAsync(id)).StatusCode.Should().Be(HttpStatusCode.OK, "a repetition changes nothing");
        await IsProblemAsync(await CancelAsync(id, Lines(1, 1)), 409, "decision-under-way");
        await Wait.UntilAsync(
            async () =>
            {
                await RunAsync();
                return await StatusAsync(id) == "confirmed";
            },
            "the order goes on with what is there"
        );
        var order = await GetAsync($"orders/{id}");
        order.GetProperty("total").GetDecimal().Should().Be(7 * 2.5m);
        order.GetProperty("lines")[0].GetProperty("cancelled").GetInt32().Should().Be(993);
    }

    [Fact]
    public async Task While_units_are_being_released_a_backordered_order_takes_nothing()
    {
        var id = await BackorderedAsync();
        Fixture.Fakes.There[id] = 7;
        Fixture.Fakes.Before = path =>
            path.EndsWith("release-units", StringComparison.Ordinal)
                ? throw new HttpRequestException("away")
                : Task.CompletedTask;
        await CancelledAsync(id, Lines(1, 1));
        await IsProblemAsync(await TakeAsync(id), 409, "not-awaiting-decision");
        Fixture.Fakes.Before = null;
        await SettledAsync(id);
    }

    private async Task<Guid> BackorderedAsync()
    {
        using var placed = await SendAsync(
            Alice,
            "orders",
            null,
            new
            {
                lines = new[] { new { sku = "cup", quantity = 1000 } },
                payment = new { token = "tok_ok" },
                onShortage = "backorder",
            }
        );
        var id = (await placed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        await Wait.UntilAsync(
            async () =>
            {
                await RunAsync();
                return await StatusAsync(id) == "backordered";
            },
            "the order waits"
        );
        return id;
    }

    private async Task RunAsync()
    {
        foreach (var batch in await Fixture.Database.ClaimAsync())
            await SagaRun.RunAsync(Fixture.Database, Fixture.Fakes, batch);
    }

    private Task FinishAsync(Guid id) =>
        Wait.UntilAsync(
            async () =>
            {
                await RunAsync();
                return await Fixture.Database.NumberAsync(
                        $"select count(*) from orders where id = '{id}' and compensation_pending"
                    ) == 0;
            },
            "the order is refunded"
        );

    private Task<string?> StatusAsync(Guid id) => Fixture.Database.StatusAsync(id)!;

    private Task<HttpResponseMessage> TakeAsync(Guid id) =>
        Alice.PostAsJsonAsync($"orders/{id}/decision", new { choice = "take" });

    private Task<HttpResponseMessage> CancelAsync(Guid id, object body, string? key = null) =>
        SendAsync(Alice, $"orders/{id}/cancellations", key, body);

    private async Task<JsonElement> CancelledAsync(Guid id, object body, string? key = null)
    {
        using var answer = await CancelAsync(id, body, key);
        answer.StatusCode.Should().Be(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private Task SettledAsync(Guid id) =>
        Wait.UntilAsync(
            async () =>
                (await GetAsync($"orders/{id}/cancellations"))
                    .EnumerateArray()
                    .All(c => c.GetProperty("state").GetString() != "requested"),
            "the cancellations are settled"
        );

    private static object Lines(int line, int quantity) => new { lines = new[] { new { line, quantity } } };
}
