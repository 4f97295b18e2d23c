using System.Net;
using System.Net.Http.Json;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>The state of an order's saga, as History reads it.</summary>
public sealed class GetOrderStateTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    private readonly HttpClient _sidecar = fixture.Service.CreateClient();

    [Fact]
    public async Task N8_An_order_in_a_batch_has_no_due_time_and_its_batch_is_stale_half_a_minute_after_its_last_progress()
    {
        var id = await AcceptedAsync();
        (await StateAsync(id))
            .Should()
            .BeEquivalentTo(
                new
                {
                    Customer = "alice",
                    Status = "accepted",
                    Version = 1,
                    BatchId = (Guid?)null,
                    StaleAt = (DateTimeOffset?)null,
                    Attempts = 0,
                    Slots = 0,
                }
            );
        (await StateAsync(id)).DueAt.Should().NotBeNull();
        await fixture.Database.ClaimAsync();

        var claimed = await StateAsync(id);
        claimed.BatchId.Should().NotBeNull();
        (claimed.DueAt, claimed.Attempts, claimed.StaleAt)
            .Should()
            .Be((null, 1, claimed.ProgressedAt!.Value.AddSeconds(30)));
    }

    [Fact]
    public async Task N8_Only_a_reserved_order_has_a_time_to_be_paid()
    {
        var id = await AcceptedAsync();
        (await StateAsync(id)).PayBy.Should().BeNull();
        await Sql.ScalarAsync<object>(
            fixture.Database.Names.App,
            $"update orders set status = 'reserved' where id = '{id}'"
        );
        var reserved = await StateAsync(id);
        reserved.PayBy.Should().Be(reserved.UpdatedAt.AddMinutes(30));
    }

    [Fact]
    public async Task N8_Shipments_and_returns_are_listed_until_they_are_dispatched_or_settled()
    {
        var id = await AcceptedAsync();
        foreach (var (number, state) in ((int, string)[])[(1, "dispatched"), (2, "preparing")])
            await AddJobAsync("shipments", "actor", number, state);
        foreach (var (number, state) in ((int, string)[])[(1, "settled"), (2, "requested"), (3, "decided")])
            await AddJobAsync("returns", "caller", number, state);
        foreach (var (number, state) in ((int, string)[])[(1, "settled"), (2, "requested"), (3, "order_cancelled")])
            await AddJobAsync("cancellations", "caller", number, state, ", amount", ", 0");

        (await StateAsync(id))
            .OpenFulfilments.Select(p => (p.Kind, p.Number, p.State))
            .Should()
            .Equal(
                ("shipment", 2, "preparing"),
                ("return", 2, "requested"),
                ("return", 3, "decided"),
                ("cancellation", 2, "requested")
            );

        // Not due yet: no worker executes them meanwhile.
        Task AddJobAsync(string table, string actor, int number, string state, string column = "", string value = "") =>
            Sql.ScalarAsync<object>(
                fixture.Database.Names.App,
                $"insert into {table} (id, order_id, number, state, lines, {actor}, key, fingerprint, reason, created_at, due_at, attempts{column}) values (gen_random_uuid(), '{id}', {number}, '{state}', '[]', 'olga', gen_random_uuid()::text, '', '', now(), now() + interval '1 day', 0{value})"
            );
    }

    [Fact]
    public async Task N8_Unpublished_events_are_counted_for_this_order_alone()
    {
        var id = await AcceptedAsync();
        await AcceptedAsync();
        await Sql.ScalarAsync<object>(fixture.Database.Names.App, "update relay_cursor set position = 0");
        (await StateAsync(id)).Outbox.Unpublished.Should().Be(1);
        await Sql.ScalarAsync<object>(
            fixture.Database.Names.App,
            "update relay_cursor set position = (select position from event_head)"
        );
        (await StateAsync(id)).Outbox.Unpublished.Should().Be(0);
    }

    [Fact]
    public async Task N8_Unpublished_events_of_its_shipments_and_returns_are_counted_too()
    {
        var id = await AcceptedAsync();
        await Sql.ScalarAsync<object>(
            fixture.Database.Names.App,
            $"update orders set status = 'confirmed' where id = '{id}'"
        );
        await Sql.ScalarAsync<object>(
            fixture.Database.Names.App,
            "update relay_cursor set position = (select position from event_head)"
        );
        var olga = fixture.Service.As(Identity.Operator, "olga");
        olga.DefaultRequestHeaders.Add("Idempotency-Key", $"{id}");
        using var shipped = await olga.PostAsJsonAsync(
            "shipments",
            new { orderId = id },
            TestContext.Current.CancellationToken
        );
        shipped.EnsureSuccessStatusCode();

        (await StateAsync(id))
            .Outbox.Unpublished.Should()
            .Be(2, "the shipment and the status of the order have changed");

        var alice = fixture.Service.As(Identity.Customer, "alice");
        alice.DefaultRequestHeaders.Add("Idempotency-Key", $"{id}");
        using var returned = await alice.PostAsJsonAsync(
            $"orders/{id}/returns",
            new { lines = new[] { new { sku = "cup", quantity = 1 } }, reason = "broken" },
            TestContext.Current.CancellationToken
        );
        returned.EnsureSuccessStatusCode();

        (await StateAsync(id)).Outbox.Unpublished.Should().Be(3, "its return is requested");
    }

    [Fact]
    public async Task An_unknown_order_is_not_found()
    {
        using var answer = await _sidecar.GetAsync(
            $"internal/orders/{Guid.CreateVersion7()}/state",
            TestContext.Current.CancellationToken
        );
        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    private async Task<Guid> AcceptedAsync() => (await fixture.Database.AcceptAsync(1)).Single();

    private async Task<OrderState> StateAsync(Guid id) =>
        (await _sidecar.GetFromJsonAsync<OrderState>($"internal/orders/{id}/state"))!;
}
