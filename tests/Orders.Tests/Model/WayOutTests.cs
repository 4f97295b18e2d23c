using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Orders.Model;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>
/// No order is stuck: from every status there is a way out, by the saga or by an endpoint that a customer or an operator
/// can call. Each way is tried: a status that is added without one fails here.
/// </summary>
public sealed class WayOutTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    /// <summary>
    /// What only operators end without being asked to attend to it: shipping is their daily work, and
    /// <c>GET /orders?status=shipped</c> lists it.
    /// </summary>
    private static readonly OrderStatus[] DailyWork = [OrderStatus.Shipped];

    private readonly HttpClient _alice = fixture.Service.As(Identity.Customer, "alice");
    private readonly HttpClient _olga = fixture.Service.As(Identity.Operator, "olga");

    public static TheoryData<string> Statuses => [.. OrderStatuses.All];

    [Theory]
    [MemberData(nameof(Statuses))]
    public async Task Every_status_is_ended_by_the_saga_by_its_customer_or_by_an_operator_who_is_told(string name)
    {
        var status = OrderStatuses.Parse(name);
        var id = await OrderInAsync(name);
        var bySaga = await IsClaimedAsync(id);
        var byUsers = OrderActions.In(status).Where(a => a.MovesOn).ToList();
        if (IsEnd(status))
        {
            (bySaga, byUsers.Count).Should().Be((false, 0), "nothing follows an end");
            return;
        }

        (bySaga || byUsers.Count > 0).Should().BeTrue($"an order that is {name} must not be stuck");
        if (bySaga || byUsers.Exists(a => !a.ForOperators && status != OrderStatus.NeedsAttention))
            return;
        if (!DailyWork.Contains(status))
            (await AttentionAsync()).Should().Contain(("order", id), $"only an operator ends an order that is {name}");
    }

    [Theory]
    [MemberData(nameof(Statuses))]
    public async Task A_status_that_the_saga_returns_to_ends_at_a_deadline_or_with_an_operator(string name)
    {
        var id = await OrderInAsync(name);
        if (!await IsClaimedAsync(id))
            return;
        // Every deadline has passed, and every attempt was made.
        var order = new OwnedOrder(
            id,
            OrderStatuses.Parse(name),
            1,
            "tok_ok",
            Declined: false,
            CompensationPending: false,
            Refunded: true,
            StockReleased: true,
            Attempts: 1,
            DecideBy: DateTimeOffset.UnixEpoch,
            StatusSince: DateTimeOffset.UnixEpoch,
            PayBy: DateTimeOffset.UnixEpoch
        );
        var later = DateTimeOffset.UnixEpoch.AddYears(1);
        var declined = SagaRules.AfterCharge([], [order], later, TimeSpan.FromMinutes(30)).Declined.Count > 0;
        var settled = SagaRules.Settle([order with { Declined = declined }], later, TimeSpan.FromMinutes(30));
        var waitsForItsCustomer =
            settled.Waiting.Count > 0
            && OrderActions.In(order.Status).Any(a => a is { MovesOn: true, ForOperators: false });
        (settled.Changes.Count > 0 || settled.Requeued.Count > 0 || waitsForItsCustomer).Should().BeTrue();

        await SetAsync(id, $"attempts = {SagaStore.MaxAttempts}, batch_id = null, due_at = now()");
        await fixture.Database.Store.GiveUpAsync(TestContext.Current.CancellationToken);
        (await fixture.Database.StatusAsync(id)).Should().Be("needs_attention");
        (await AttentionAsync()).Should().Contain(("order", id));
    }

    [Fact]
    public async Task A_compensation_is_tried_for_ever_and_an_operator_is_told_when_it_keeps_failing()
    {
        foreach (var status in OrderActions.Cancel.From)
        {
            var id = await OrderInAsync(status.Name());
            (await PostAsync(_alice, $"orders/{id}/cancel", new { })).Should().Be(200);
            await SetAsync(id, $"attempts = {SagaStore.MaxAttempts}, updated_at = now() - interval '6 minutes'");
            (await IsClaimedAsync(id)).Should().BeTrue();
            (await AttentionAsync()).Should().Contain(("compensation", id));
        }
    }

    [Theory]
    [InlineData("reserved")]
    [InlineData("awaiting_payment")]
    public async Task A_decline_for_good_is_carried_out_by_the_saga(string status)
    {
        var id = await OrderInAsync(status);
        await SetAsync(id, "payment = 'declined'");
        (await IsClaimedAsync(id)).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Statuses))]
    public async Task Each_endpoint_accepts_the_statuses_that_are_declared_for_it_and_refuses_all_others(string name)
    {
        foreach (var action in OrderActions.All)
        {
            var id = await OrderInAsync(name);
            var allowed = (
                await _olga.GetFromJsonAsync<JsonElement>($"orders/{id}", TestContext.Current.CancellationToken)
            )
                .GetProperty("allowed")
                .EnumerateArray()
                .Select(a => a.GetString());
            // Something of a backordered order is there: it can be taken.
            fixture.Fakes.There[id] = 2;
            var caller = action.ForOperators ? _olga : _alice;
            var shipment = await Sql.ScalarAsync<Guid?>(
                fixture.Database.Names.App,
                $"select id from shipments where order_id = '{id}'"
            );
            var code = action.Name switch
            {
                "cancel" => await PostAsync(caller, $"orders/{id}/cancel", new { }),
                "decision" => await PostAsync(caller, $"orders/{id}/decision", new { choice = "take" }),
                "cancellations" => await PostAsync(
                    caller,
                    $"orders/{id}/cancellations",
                    new { lines = new[] { new { line = 1, quantity = 1 } } }
                ),
                "payment" => await PostAsync(caller, $"orders/{id}/payment", new { paymentToken = "tok_ok" }),
                "shipments" => await PostAsync(caller, "shipments", new { orderId = id }),
                "delivery" => await PostAsync(caller, $"shipments/{shipment}/delivery", new { }),
                "returns" => await PostAsync(
                    caller,
                    $"orders/{id}/returns",
                    new { lines = new[] { new { sku = "cup", quantity = 1 } }, reason = "too small" }
                ),
                "retry" => await PostAsync(caller, $"ops/orders/{id}/retry", new { }),
                _ => throw new InvalidOperationException($"Say how {action.Route} is called."),
            };
            allowed.Contains(action.Name).Should().Be(action.From.Contains(OrderStatuses.Parse(name)));
            if (allowed.Contains(action.Name))
                code.Should().BeInRange(200, 202, $"{action.Route} is declared for {name}");
            else
                code.Should().BeOneOf([404, 409], $"{action.Route} is not declared for {name}");
            await SetAsync(id, "status = 'expired', compensation_pending = false, batch_id = null");
        }
    }

    private static bool IsEnd(OrderStatus status) =>
        TransitionRules.All.All(t => t.From != status || t.To == OrderStatus.NeedsAttention);

    /// <summary>An order that has come to the status, with all that belongs to it.</summary>
    private async Task<Guid> OrderInAsync(string status)
    {
        var id = (await fixture.Database.AcceptAsync(1, quantity: 4))[0];
        if (status == "needs_attention")
        {
            await SetAsync(id, $"status = 'reserved', attempts = {SagaStore.MaxAttempts}, due_at = now()");
            await fixture.Database.Store.GiveUpAsync(TestContext.Current.CancellationToken);
            return id;
        }

        var hasShipped = status is "shipped" or "delivered";
        await SetAsync(
            id,
            $"""
            status = '{status}', due_at = now() - interval '1 second', another_card = true,
            decide_by = case when '{status}' = 'awaiting_customer' then now() + interval '1 hour' end,
            pay_by = case when '{status}' = 'awaiting_payment' then now() + interval '1 hour' end
            """
        );
        await Sql.ScalarAsync<object>(
            fixture.Database.Names.App,
            $"update order_lines set shipped = {(hasShipped ? 2 : 0)} where order_id = '{id}'"
        );
        // Delivering a delivered shipment again is answered again, and changes nothing.
        if (status == "shipped")
            await Sql.ScalarAsync<object>(
                fixture.Database.Names.App,
                $$"""
                insert into shipments
                    (id, order_id, number, actor, key, fingerprint, lines, state, created_at, due_at, attempts)
                values (gen_random_uuid(), '{{id}}', 1, 'olga', '{{id}}', '', '[{"line": 1, "sku": "cup", "quantity": 2}]',
                        'dispatched', now(), now(), 0)
                """
            );
        return id;
    }

    private Task SetAsync(Guid id, string assignments) =>
        Sql.ScalarAsync<object>(fixture.Database.Names.App, $"update orders set {assignments} where id = '{id}'");

    private async Task<bool> IsClaimedAsync(Guid id)
    {
        var claimed = new List<Guid>();
        foreach (var batch in await fixture.Database.ClaimAsync())
            claimed.AddRange(
                (await fixture.Database.Store.GetOwnedAsync(batch, TestContext.Current.CancellationToken)).Select(o =>
                    o.Id
                )
            );
        return claimed.Contains(id);
    }

    private async Task<IEnumerable<(string? Kind, Guid OrderId)>> AttentionAsync() =>
        (await _olga.GetFromJsonAsync<JsonElement>("ops/attention", TestContext.Current.CancellationToken))
            .GetProperty("items")
            .EnumerateArray()
            .Select(i => (i.GetProperty("kind").GetString(), i.GetProperty("orderId").GetGuid()));

    private static async Task<int> PostAsync(HttpClient caller, string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = JsonContent.Create(body),
            Headers = { { "Idempotency-Key", Guid.CreateVersion7().ToString() } },
        };
        using var response = await caller.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }
}
