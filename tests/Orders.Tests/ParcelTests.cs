using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Data;
using DaprShop.Orders.Domain;
using DaprShop.ServiceDefaults;
using DaprShop.ServiceKit;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>What leaves, arrives, and comes back. The house has as many cups as it takes.</summary>
public sealed class ParcelTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    private readonly HttpClient _alice = fixture.Service.As(Identity.Customer, "alice");
    private readonly HttpClient _olga = fixture.Service.As(Identity.Operator, "olga");

    [Fact]
    public async Task An_order_leaves_in_parts_and_is_delivered_when_the_last_has_arrived()
    {
        var id = await ConfirmedAsync(quantity: 5);
        var first = await ShippedAsync(id, 2);
        (await fixture.Database.StatusAsync(id)).Should().Be("shipped");
        var rest = await ShippedAsync(id, null);
        (await DeliverAsync(rest)).Should().Be("shipped");
        (await DeliverAsync(first)).Should().Be("delivered");
        (await DeliverAsync(first)).Should().Be("delivered", "saying it again changes nothing");

        (await GetAsync($"orders/{id}")).GetProperty("lines")[0].GetProperty("shipped").GetInt32().Should().Be(5);
        (await GetAsync($"orders/{id}/shipments")).EnumerateArray().Select(s => (s.GetProperty("number").GetInt32(), s.GetProperty("state").GetString())).Should().Equal((1, "delivered"), (2, "delivered"));
        (await fixture.Database.NumberAsync($"select count(*) from events where type = 'shipment.moved.v1' and data->>'orderId' = '{id}'")).Should().Be(4);
        (await VersionsAsync(id)).Should().Be("1,2,3,4,5,6");
        await IsRefusedAsync(await ShipAsync(id, null), "not-shippable");
    }

    [Fact]
    public async Task No_more_leaves_than_is_left()
    {
        var id = await ConfirmedAsync(quantity: 3);
        var refused = await IsRefusedAsync(await ShipAsync(id, 4), "too-many");
        refused.GetProperty("items")[0].GetProperty("available").GetInt32().Should().Be(3);
        await ShippedAsync(id, 3);
        await IsRefusedAsync(await ShipAsync(id, null), "nothing-to-ship");
    }

    [Fact]
    public async Task A_shipment_has_a_key_and_its_repetition_ships_nothing()
    {
        var id = await ConfirmedAsync(quantity: 5);
        var key = New();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ShipAsync(id, 2, key)));
        answers.Select(a => a.StatusCode).Should().OnlyContain(s => s == HttpStatusCode.Accepted);
        var bodies = await Task.WhenAll(answers.Select(a => a.Content.ReadAsStringAsync()));
        bodies.Distinct().Should().ContainSingle();
        await IsProblemAsync(await ShipAsync(id, 3, key), 422, "idempotency-conflict");
        await Eventually.BecomesTrueAsync(async () => (await GetAsync($"orders/{id}")).GetProperty("lines")[0].GetProperty("shipped").GetInt32() == 2, "two units have left");
    }

    [Fact]
    public async Task G25_While_a_part_is_leaving_the_order_is_neither_cancelled_nor_shipped_again()
    {
        var id = await ConfirmedAsync(quantity: 2);
        var (reached, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        fixture.House.Before = async path =>
        {
            if (path != "/reservations/ship") return;
            reached.TrySetResult();
            await goOn.Task;
        };
        var shipping = ShipAsync(id, 1);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(20));

        await IsRefusedAsync(await _alice.PostAsync($"orders/{id}/cancel", null), "not-cancellable");
        await IsRefusedAsync(await ShipAsync(id, 1), "shipment-under-way");
        fixture.House.Before = null;
        goOn.SetResult();
        (await shipping).StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await fixture.Database.StatusAsync(id)).Should().Be("shipped");
        await IsRefusedAsync(await _alice.PostAsync($"orders/{id}/cancel", null), "not-cancellable");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task G25_Of_a_cancellation_and_a_shipment_that_meet_one_wins(bool cancelFirst)
    {
        var id = await ConfirmedAsync(quantity: 2);
        await using var rival = await Rival.BeginAsync(fixture.Database.Names.App, $"select * from orders where id = '{id}' for update");
        Task<HttpResponseMessage>[] both = cancelFirst ? [_alice.PostAsync($"orders/{id}/cancel", null), null!] : [null!, ShipAsync(id, null)];
        await rival.IsWaitedForAsync(1);
        if (cancelFirst) both[1] = ShipAsync(id, null);
        else both[0] = _alice.PostAsync($"orders/{id}/cancel", null);
        await rival.IsWaitedForAsync(2);
        await rival.CommitAsync();

        var (cancelled, shipped) = ((await both[0]).IsSuccessStatusCode, (await both[1]).IsSuccessStatusCode);
        (cancelled, shipped).Should().Be((cancelFirst, !cancelFirst));
        if (!cancelFirst) return;
        foreach (var batch in await fixture.Database.ClaimAsync()) await SagaRun.RunAsync(fixture.Database, fixture.House, batch);
        (fixture.House.Charges[id], fixture.House.Claims[id].State).Should().Be((ChargeState.Refunded, ReservationState.Released));
    }

    [Fact]
    public async Task A_shipment_that_nobody_can_carry_out_now_leaves_by_and_by_once()
    {
        var id = await ConfirmedAsync(quantity: 2);
        fixture.House.Failure = HttpStatusCode.ServiceUnavailable;
        (await ShipAsync(id, null)).StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await fixture.Database.StatusAsync(id)).Should().Be("confirmed");
        fixture.House.Failure = null;
        await Eventually.BecomesTrueAsync(async () => await fixture.Database.StatusAsync(id) == "shipped", "the order has left");
        (await fixture.Database.NumberAsync($"select count(*) from events where type = 'shipment.moved.v1' and data->>'orderId' = '{id}'")).Should().Be(1);
    }

    [Fact]
    public async Task What_has_been_tried_ever_so_often_is_tried_again_half_a_minute_later()
    {
        var id = await ConfirmedAsync(quantity: 1);
        fixture.House.Failure = HttpStatusCode.ServiceUnavailable;
        (await ShipAsync(id, null)).StatusCode.Should().Be(HttpStatusCode.Accepted);
        var shipment = (await GetAsync($"orders/{id}/shipments"))[0].GetProperty("id").GetGuid();
        await Sql.ScalarAsync<object>(fixture.Database.Names.Owner, $"update shipments set attempts = 1000000 where id = '{shipment}'");
        await new ShipmentStore(fixture.Database.Source, new RelaySignal(), TimeProvider.System).PostponeAsync(shipment, CancellationToken.None);
        fixture.House.Failure = null;
        (await fixture.Database.NumberAsync($"select count(*) from shipments where id = '{shipment}' and due_at between now() + interval '20 s' and now() + interval '31 s'")).Should().Be(1);
    }

    [Fact]
    public async Task What_is_carried_out_twice_is_written_once()
    {
        var id = await ConfirmedAsync(quantity: 4);
        fixture.House.Failure = HttpStatusCode.ServiceUnavailable;
        (await ShipAsync(id, 2)).StatusCode.Should().Be(HttpStatusCode.Accepted);
        var shipments = new ShipmentStore(fixture.Database.Source, new RelaySignal(), TimeProvider.System);
        var shipment = new Shipment((await GetAsync($"orders/{id}/shipments"))[0].GetProperty("id").GetGuid(), id, 1, [new ShippedUnits("cup", 2)]);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => shipments.EndAsync(shipment, null, CancellationToken.None)));
        await shipments.EndAsync(shipment, "too late", CancellationToken.None);
        (await GetAsync($"orders/{id}")).GetProperty("lines")[0].GetProperty("shipped").GetInt32().Should().Be(2);
        (await fixture.Database.NumberAsync($"select count(*) from events where type = 'shipment.moved.v1' and data->>'orderId' = '{id}'")).Should().Be(1);

        var back = (await (await ReturnAsync(id, 1)).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        var returns = new ReturnStore(fixture.Database.Source, new RelaySignal(), TimeProvider.System);
        await returns.DecideAsync(back, [new DecidedUnits("cup", 1, Disposition.Restock)], null, "olga", CancellationToken.None);
        var decided = new DecidedReturn(back, id, 1, [new DecidedUnits("cup", 1, Disposition.Restock)], null, 2.5m, "olga", "broken");
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => returns.SettleAsync(decided, CancellationToken.None)));
        (await fixture.Database.NumberAsync($"select count(*) from events where subject = '{back}' and data->>'state' = 'settled'")).Should().Be(1);
        fixture.House.Failure = null;
    }

    [Fact]
    public async Task Units_that_are_not_there_do_not_leave_and_the_order_stays_as_it_is()
    {
        var id = await ConfirmedAsync(quantity: 2);
        fixture.House.RefuseShipments = "Of cup, 1 of 2 units are there.";
        var refused = await IsRefusedAsync(await ShipAsync(id, null), "not-shipped");
        fixture.House.RefuseShipments = null;
        refused.GetProperty("detail").GetString().Should().Be("Of cup, 1 of 2 units are there.");
        (await fixture.Database.StatusAsync(id)).Should().Be("confirmed");
        (await _alice.PostAsync($"orders/{id}/cancel", null)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task G31_What_comes_back_is_decided_about_and_refunded_once()
    {
        var id = await ConfirmedAsync(quantity: 5);
        await ShippedAsync(id, null);
        var asked = await (await ReturnAsync(id, 4)).Content.ReadFromJsonAsync<JsonElement>();
        var back = asked.GetProperty("id").GetGuid();
        object decision = new { lines = new[] { Line(1, "restock"), Line(1, "damaged"), Line(1, "discard"), Line(1, "refuse") } };
        var decided = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _olga.PostAsJsonAsync($"returns/{back}/decision", decision)));
        foreach (var answer in decided) (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("refund").GetDecimal().Should().Be(7.5m);
        await IsProblemAsync(await _olga.PostAsJsonAsync($"returns/{back}/decision", new { lines = new[] { Line(4, "restock") } }), 409, "already-decided");

        await Eventually.BecomesTrueAsync(async () => (await GetAsync($"orders/{id}/returns"))[0].GetProperty("state").GetString() == "settled", "the return is settled");
        fixture.House.TakenBack[$"return:{back}"].Lines.Select(l => (l.Quantity, l.Disposition)).Should().BeEquivalentTo([(1, Disposition.Restock), (1, Disposition.Damaged), (1, Disposition.Discard)]);
        fixture.House.PartRefunds[back].Amount.Should().Be(7.5m);
        (await GetAsync($"orders/{id}")).GetProperty("lines")[0].GetProperty("returned").GetInt32().Should().Be(3);
        (await fixture.Database.NumberAsync($"select count(*) from events where subject = '{back}'")).Should().Be(3);
    }

    [Fact]
    public async Task Another_decision_of_the_same_lines_in_other_numbers_or_at_another_place_is_not_the_same_again()
    {
        var id = await ConfirmedAsync(quantity: 3);
        await ShippedAsync(id, null);
        var back = (await (await ReturnAsync(id, 3)).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        Task<HttpResponseMessage> DecideAsync(string location, params object[] lines) => _olga.PostAsJsonAsync($"returns/{back}/decision", new { lines, location });

        (await DecideAsync("north", Line(1, "restock"), Line(1, "restock"), Line(1, "damaged"))).StatusCode.Should().Be(HttpStatusCode.OK);
        (await DecideAsync("north", Line(1, "damaged"), Line(2, "restock"))).StatusCode.Should().Be(HttpStatusCode.OK, "it is the same, said otherwise");
        await IsRefusedAsync(await DecideAsync("north", Line(1, "restock"), Line(1, "damaged"), Line(1, "damaged")), "already-decided");
        await IsRefusedAsync(await DecideAsync("south", Line(2, "restock"), Line(1, "damaged")), "already-decided");
    }

    [Fact]
    public async Task No_unit_comes_back_twice()
    {
        var id = await ConfirmedAsync(quantity: 5);
        await IsProblemAsync(await ReturnAsync(id, 1), 409, "not-returnable");
        await ShippedAsync(id, 4);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ReturnAsync(id, 3)));
        answers.Count(a => a.StatusCode == HttpStatusCode.Created).Should().Be(1);
        foreach (var refused in answers.Where(a => a.StatusCode != HttpStatusCode.Created)) await IsProblemAsync(refused, 409, "not-returnable");
        var key = New();
        (await ReturnAsync(id, 1, key)).StatusCode.Should().Be(HttpStatusCode.Created);
        (await ReturnAsync(id, 1, key)).Headers.Contains(IdempotencyKey.ReplayedHeader).Should().BeTrue();
        await IsProblemAsync(await ReturnAsync(id, 1), 409, "not-returnable");
        await IsProblemAsync(await fixture.Service.As(Identity.Customer, "bob").PostAsJsonAsync($"orders/{id}/returns", new { lines = new[] { Line(1, null) }, reason = "r" }), 400, "idempotency-key-missing");
    }

    [Fact]
    public async Task A_decision_is_about_exactly_the_units_that_come_back()
    {
        var id = await ConfirmedAsync(quantity: 2);
        await ShippedAsync(id, null);
        var back = (await (await ReturnAsync(id, 2)).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        await IsProblemAsync(await _olga.PostAsJsonAsync($"returns/{back}/decision", new { lines = new[] { Line(1, "restock") } }), 422, "invalid");
        await IsProblemAsync(await _olga.PostAsJsonAsync($"returns/{back}/decision", new { lines = new[] { Line(2, "burn") } }), 400, "malformed-json");
        (await GetAsync("returns?limit=200")).GetProperty("returns").EnumerateArray().Select(r => r.GetProperty("id").GetGuid()).Should().Contain(back);
    }

    [Fact]
    public async Task Returns_of_one_moment_are_all_listed_however_short_the_page()
    {
        var id = await ConfirmedAsync(quantity: 2);
        await ShippedAsync(id, null);
        for (var one = 0; one < 2; one++) (await ReturnAsync(id, 1)).StatusCode.Should().Be(HttpStatusCode.Created);
        await Sql.ScalarAsync<object>(fixture.Database.Names.App, $"update returns set created_at = now() where order_id = '{id}'");

        var (listed, cursor) = (new List<Guid>(), "");
        do
        {
            var page = await GetAsync($"returns?limit=1{cursor}");
            listed.AddRange(page.GetProperty("returns").EnumerateArray().Select(r => r.GetProperty("orderId").GetGuid()));
            cursor = page.GetProperty("cursor").ValueKind == JsonValueKind.Null ? "" : $"&cursor={page.GetProperty("cursor").GetString()}";
        }
        while (cursor != "");
        listed.Count(order => order == id).Should().Be(2);
    }

    [Fact]
    public async Task A_cursor_that_is_none_is_told_as_such() =>
        await IsProblemAsync(await _olga.GetAsync("returns?cursor=2026-11-25T10:00:00%2B02:00"), 400, "bad-request");

    [Theory]
    [InlineData(64, 202, 200)]
    [InlineData(65, 422, 422)]
    public async Task A_location_is_as_long_as_Inventory_allows(int length, int ships, int decides)
    {
        var id = await ConfirmedAsync(quantity: 2);
        await ShippedAsync(id, 1);
        var location = new string('l', length);
        ((int)(await SendAsync(_olga, "shipments", null, new { orderId = id, lines = new[] { new { sku = "cup", quantity = 1, location } } })).StatusCode).Should().Be(ships);
        var back = (await (await ReturnAsync(id, 1)).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        ((int)(await _olga.PostAsJsonAsync($"returns/{back}/decision", new { lines = new[] { Line(1, "restock") }, location })).StatusCode).Should().Be(decides);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(0)]
    [InlineData("7")]
    public async Task A_disposition_is_a_name_and_a_number_decides_nothing(object disposition)
    {
        var id = await ConfirmedAsync(quantity: 1);
        await ShippedAsync(id, null);
        var back = (await (await ReturnAsync(id, 1)).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        await IsProblemAsync(await _olga.PostAsJsonAsync($"returns/{back}/decision", new { lines = new[] { new { sku = "cup", quantity = 1, disposition } } }), 400, "malformed-json");
        (await GetAsync($"orders/{id}/returns"))[0].GetProperty("state").GetString().Should().Be("requested");
    }

    private async Task<Guid> ConfirmedAsync(int quantity)
    {
        fixture.House.Receive(quantity);
        using var request = new HttpRequestMessage(HttpMethod.Post, "orders")
        {
            Content = JsonContent.Create(new { lines = new[] { new { sku = "cup", quantity } }, payment = new { token = "tok_ok" } }),
            Headers = { { "Idempotency-Key", New() } },
        };
        using var placed = await _alice.SendAsync(request);
        var id = (await placed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                foreach (var batch in await fixture.Database.ClaimAsync()) await SagaRun.RunAsync(fixture.Database, fixture.House, batch);
                return await fixture.Database.StatusAsync(id) == "confirmed";
            },
            "the order is confirmed");
        return id;
    }

    private Task<HttpResponseMessage> ShipAsync(Guid id, int? quantity, string? key = null) => SendAsync(_olga, "shipments", key,
        quantity is null ? new { orderId = id } : new { orderId = id, lines = new[] { Line(quantity.Value, null) } });

    private Task<HttpResponseMessage> ReturnAsync(Guid id, int quantity, string? key = null) => SendAsync(_alice, $"orders/{id}/returns", key, new { lines = new[] { Line(quantity, null) }, reason = "broken" });

    private async Task<Guid> ShippedAsync(Guid id, int? quantity)
    {
        using var answer = await ShipAsync(id, quantity);
        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    private async Task<string?> DeliverAsync(Guid shipment) =>
        (await (await _olga.PostAsync($"shipments/{shipment}/delivery", null)).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("orderStatus").GetString();

    private async Task<string?> VersionsAsync(Guid id) => await Sql.ScalarAsync<string>(fixture.Database.Names.App, $"select string_agg(version::text, ',' order by position) from events where subject = '{id}'");

    private Task<JsonElement> GetAsync(string path) => _olga.GetFromJsonAsync<JsonElement>(path);

    private static object Line(int quantity, string? disposition) => disposition is null ? new { sku = "cup", quantity } : new { sku = "cup", quantity, disposition };

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string path, string? key, object body) =>
        client.SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body), Headers = { { "Idempotency-Key", key ?? New() } } });

    private static Task<JsonElement> IsRefusedAsync(HttpResponseMessage answer, string kind) => IsProblemAsync(answer, 409, kind);

    private static async Task<JsonElement> IsProblemAsync(HttpResponseMessage answer, int status, string kind)
    {
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        ((int)answer.StatusCode, problem.GetProperty("type").GetString()).Should().Be((status, $"urn:daprshop:problem:{kind}"));
        return problem;
    }

    private static string New() => Guid.CreateVersion7().ToString();
}
