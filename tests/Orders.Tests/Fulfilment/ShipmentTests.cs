using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Fulfilment;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>Shipments.</summary>
public sealed class ShipmentTests(OrdersFixture fixture) : FulfilmentScene(fixture)
{
    [Fact]
    public async Task An_order_is_shipped_in_parts_and_delivered_when_the_last_part_has_arrived()
    {
        var id = await ConfirmedAsync(quantity: 5);
        var first = await ShippedAsync(id, 2);
        (await Fixture.Database.StatusAsync(id)).Should().Be("shipped");
        var rest = await ShippedAsync(id, null);
        (await DeliverAsync(rest)).Should().Be("shipped");
        (await DeliverAsync(first)).Should().Be("delivered");
        (await DeliverAsync(first)).Should().Be("delivered", "a repeated delivery changes nothing");

        (await GetAsync($"orders/{id}")).GetProperty("lines")[0].GetProperty("shipped").GetInt32().Should().Be(5);
        (await GetAsync($"orders/{id}/shipments"))
            .EnumerateArray()
            .Select(s => (s.GetProperty("number").GetInt32(), s.GetProperty("state").GetString()))
            .Should()
            .Equal((1, "delivered"), (2, "delivered"));
        (
            await Fixture.Database.NumberAsync(
                $"select count(*) from events where type = 'shipment.status_changed.v1' and data->>'orderId' = '{id}'"
            )
        )
            .Should()
            .Be(4);
        (await VersionsAsync(id)).Should().Be("1,2,3,4,5,6");
        await IsRefusedAsync(await ShipAsync(id, null), "not-shippable");
    }

    [Fact]
    public async Task No_more_units_are_shipped_than_are_left()
    {
        var id = await ConfirmedAsync(quantity: 3);
        var refused = await IsRefusedAsync(await ShipAsync(id, 4), "too-many");
        refused.GetProperty("items")[0].GetProperty("available").GetInt32().Should().Be(3);
        await ShippedAsync(id, 3);
        await IsRefusedAsync(await ShipAsync(id, null), "nothing-to-ship");
    }

    [Fact]
    public async Task A_repeated_shipment_with_the_same_key_ships_nothing()
    {
        var id = await ConfirmedAsync(quantity: 5);
        var key = New();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ShipAsync(id, 2, key)));
        answers.Select(a => a.StatusCode).Should().OnlyContain(s => s == HttpStatusCode.Accepted);
        var bodies = await Task.WhenAll(answers.Select(a => a.Content.ReadAsStringAsync()));
        bodies.Distinct().Should().ContainSingle();
        await IsProblemAsync(await ShipAsync(id, 3, key), 422, "idempotency-conflict");
        await Wait.UntilAsync(
            async () => (await GetAsync($"orders/{id}")).GetProperty("lines")[0].GetProperty("shipped").GetInt32() == 2,
            "two units have been shipped"
        );
    }

    [Fact]
    public async Task G25_While_a_shipment_is_prepared_the_order_is_neither_cancelled_nor_shipped_again()
    {
        var id = await ConfirmedAsync(quantity: 2);
        var (reached, proceed) = (new TaskCompletionSource(), new TaskCompletionSource());
        Fixture.Fakes.Before = async path =>
        {
            if (path != "/reservations/ship")
                return;
            reached.TrySetResult();
            await proceed.Task;
        };
        var shipping = ShipAsync(id, 1);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(20));

        await IsRefusedAsync(await Alice.PostAsync($"orders/{id}/cancel", null), "not-cancellable");
        await IsRefusedAsync(await ShipAsync(id, 1), "shipment-under-way");
        Fixture.Fakes.Before = null;
        proceed.SetResult();
        (await shipping).StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await Fixture.Database.StatusAsync(id)).Should().Be("shipped");
        await IsRefusedAsync(await Alice.PostAsync($"orders/{id}/cancel", null), "not-cancellable");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task G25_Of_a_concurrent_cancellation_and_shipment_one_wins(bool cancelFirst)
    {
        var id = await ConfirmedAsync(quantity: 2);
        await using var rival = await Rival.BeginAsync(
            Fixture.Database.Names.App,
            $"select * from orders where id = '{id}' for update"
        );
        Task<HttpResponseMessage>[] both = cancelFirst
            ? [Alice.PostAsync($"orders/{id}/cancel", null), null!]
            : [null!, ShipAsync(id, null)];
        await rival.IsWaitedForAsync(1);
        if (cancelFirst)
            both[1] = ShipAsync(id, null);
        else
            both[0] = Alice.PostAsync($"orders/{id}/cancel", null);
        await rival.IsWaitedForAsync(2);
        await rival.CommitAsync();

        var (cancelled, shipped) = ((await both[0]).IsSuccessStatusCode, (await both[1]).IsSuccessStatusCode);
        (cancelled, shipped).Should().Be((cancelFirst, !cancelFirst));
        if (!cancelFirst)
            return;
        foreach (var batch in await Fixture.Database.ClaimAsync())
            await SagaRun.RunAsync(Fixture.Database, Fixture.Fakes, batch);
        (Fixture.Fakes.Charges[id], Fixture.Fakes.Claims[id].State)
            .Should()
            .Be((ChargeState.Refunded, ReservationState.Released));
    }

    [Fact]
    public async Task A_shipment_that_cannot_be_executed_now_is_executed_later_once()
    {
        var id = await ConfirmedAsync(quantity: 2);
        Fixture.Fakes.Failure = HttpStatusCode.ServiceUnavailable;
        (await ShipAsync(id, null)).StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await Fixture.Database.StatusAsync(id)).Should().Be("confirmed");
        Fixture.Fakes.Failure = null;
        await Wait.UntilAsync(
            async () => await Fixture.Database.StatusAsync(id) == "shipped",
            "the order has been shipped"
        );
        (
            await Fixture.Database.NumberAsync(
                $"select count(*) from events where type = 'shipment.status_changed.v1' and data->>'orderId' = '{id}'"
            )
        )
            .Should()
            .Be(1);
    }

    [Fact]
    public async Task A_job_with_many_failed_attempts_is_retried_after_half_a_minute()
    {
        var id = await ConfirmedAsync(quantity: 1);
        Fixture.Fakes.Failure = HttpStatusCode.ServiceUnavailable;
        (await ShipAsync(id, null)).StatusCode.Should().Be(HttpStatusCode.Accepted);
        var shipment = (await GetAsync($"orders/{id}/shipments"))[0].GetProperty("id").GetGuid();
        await Sql.ScalarAsync<object>(
            Fixture.Database.Names.Owner,
            $"update shipments set attempts = 1000000 where id = '{shipment}'"
        );
        await new ShipmentStore(Fixture.Database.Source, new RelaySignal(), TimeProvider.System).Jobs.PostponeAsync(
            shipment,
            CancellationToken.None
        );
        Fixture.Fakes.Failure = null;
        (
            await Fixture.Database.NumberAsync(
                $"""
                select count(*) from shipments
                where id = '{shipment}' and due_at between now() + interval '20 s' and now() + interval '31 s'
                """
            )
        ).Should().Be(1);
    }

    [Fact]
    public async Task A_job_that_is_executed_twice_is_written_once()
    {
        var id = await ConfirmedAsync(quantity: 4);
        Fixture.Fakes.Failure = HttpStatusCode.ServiceUnavailable;
        (await ShipAsync(id, 2)).StatusCode.Should().Be(HttpStatusCode.Accepted);
        var shipments = new ShipmentStore(Fixture.Database.Source, new RelaySignal(), TimeProvider.System);
        var shipment = new Shipment(
            (await GetAsync($"orders/{id}/shipments"))[0].GetProperty("id").GetGuid(),
            id,
            1,
            [new ShippedLine("cup", 2)]
        );
        await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => shipments.EndAsync(shipment, null, CancellationToken.None))
        );
        await shipments.EndAsync(shipment, "too late", CancellationToken.None);
        (await GetAsync($"orders/{id}")).GetProperty("lines")[0].GetProperty("shipped").GetInt32().Should().Be(2);
        (
            await Fixture.Database.NumberAsync(
                $"select count(*) from events where type = 'shipment.status_changed.v1' and data->>'orderId' = '{id}'"
            )
        )
            .Should()
            .Be(1);

        var requested = (await (await ReturnAsync(id, 1)).Content.ReadFromJsonAsync<JsonElement>())
            .GetProperty("id")
            .GetGuid();
        var returns = new ReturnStore(Fixture.Database.Source, new RelaySignal(), TimeProvider.System);
        await returns.DecideAsync(
            requested,
            [new NamedDecision(1, Disposition.Restock, Sku: "cup")],
            null,
            "olga",
            CancellationToken.None
        );
        var decided = new DecidedReturn(
            requested,
            id,
            1,
            [new DecidedUnits("cup", 1, Disposition.Restock)],
            null,
            2.5m,
            "olga",
            "broken"
        );
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => returns.SettleAsync(decided, CancellationToken.None)));
        (
            await Fixture.Database.NumberAsync(
                $"select count(*) from events where subject = '{requested}' and data->>'state' = 'settled'"
            )
        )
            .Should()
            .Be(1);
        Fixture.Fakes.Failure = null;
    }

    [Fact]
    public async Task A_shipment_refused_by_Inventory_leaves_the_order_unchanged()
    {
        var id = await ConfirmedAsync(quantity: 2);
        Fixture.Fakes.RefuseShipments = "Of cup, 1 of 2 units are on hand.";
        var refused = await IsRefusedAsync(await ShipAsync(id, null), "not-shipped");
        Fixture.Fakes.RefuseShipments = null;
        refused.GetProperty("detail").GetString().Should().Be("Of cup, 1 of 2 units are on hand.");
        (await Fixture.Database.StatusAsync(id)).Should().Be("confirmed");
        (await Alice.PostAsync($"orders/{id}/cancel", null)).StatusCode.Should().Be(HttpStatusCode.OK);
    }
}
