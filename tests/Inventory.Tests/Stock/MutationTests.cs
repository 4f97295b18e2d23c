using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Tests.Stock;

/// <summary>Every change of an operator has a key.</summary>
public sealed class MutationTests(InventoryFixture fixture) : IClassFixture<InventoryFixture>
{
    private readonly Api _api = new(fixture.Service.As(Identity.Operator, "olga"), fixture.Database);

    public static TheoryData<string, string, int> Mutations =>
        new()
        {
            {
                "PUT items/{sku}",
                """
                    {"name":"Thing","price":1,"stocked":true,"backorderLimit":0,"maxPerCustomer":null,"lowStockAt":null,
                     "onSale":true}
                    """,
                0
            },
            { "PATCH items/{sku}", """{"price":1.5}""", 0 },
            { "PUT locations/{sku}", """{"priority":7}""", 0 },
            { "PATCH locations/north", """{"priority":100}""", 0 },
            { "POST stock/{sku}/receipts", """{"quantity":2,"reason":"r"}""", 1 },
            { "POST stock/{sku}/adjustments", """{"quantity":-2,"reason":"r"}""", 1 },
            { "POST stock/{sku}/withholdings", """{"quantity":2,"reason":"r"}""", 1 },
            { "POST stock/{sku}/counts", """{"counted":2,"expected":null,"reason":"r"}""", 1 },
            { "POST stock/returns", """{"reference":"back-{sku}","lines":[{"sku":"{sku}","quantity":1}]}""", 1 },
            { "POST inbounds", """{"reference":"new-{sku}","lines":[{"sku":"{sku}","quantity":1}]}""", 1 },
            {
                "POST transfers",
                """{"reference":"new-{sku}","from":"main","to":"north","reason":"r","lines":[{"sku":"{sku}","quantity":1}]}""",
                2
            },
            { "POST inbounds/{sku}/receipts", """{"lines":[{"sku":"{sku}","quantity":1}]}""", 1 },
            { "POST inbounds/{sku}/close", """{"disposition":"writeOff","reason":"r"}""", 1 },
        };

    [Theory]
    [MemberData(nameof(Mutations))]
    public async Task G10_Without_a_key_nothing_is_done_and_with_one_it_is_done_once_and_answered_alike(
        string route,
        string json,
        int movements
    )
    {
        var sku = await _api.StockedAsync(("main", 10));
        await _api.DoAsync("inbounds", new { reference = sku, lines = new[] { new { sku, quantity = 5 } } });
        var (method, path) = (route.Split(' ')[0], route.Split(' ')[1].Replace("{sku}", sku, StringComparison.Ordinal));
        var body = System
            .Text.Json.JsonDocument.Parse(json.Replace("{sku}", sku, StringComparison.Ordinal))
            .RootElement;
        var before = await MovementsAsync();

        var missing = await _api.SendAsync(method, path, body, key: null);
        (missing.Status, missing.Kind, await MovementsAsync()).Should().Be((400, "idempotency-key-missing", before));

        var key = Api.New();
        var first = await _api.SendAsync(method, path, body, key);
        (first.Status, first.Replayed, await MovementsAsync())
            .Should()
            .Be((200, false, before + movements), first.Text);
        var again = await _api.SendAsync(method, path, body, key);
        (again.Status, again.Replayed, again.Text, await MovementsAsync())
            .Should()
            .Be((200, true, first.Text, before + movements));

        Task<long> MovementsAsync() =>
            fixture.Database.NumberAsync($"select count(*) from movements where sku = '{sku}'");
    }

    /// <summary>A route, a body without its optional members, and the same body with them as their defaults.</summary>
    public static TheoryData<string, string, string> Defaults =>
        new()
        {
            {
                "PUT items/{sku}-new",
                """{"name":"Thing","price":1}""",
                """
                    {"name":"Thing","price":1,"stocked":true,"backorderLimit":0,"maxPerCustomer":null,"lowStockAt":null,
                     "onSale":true}
                    """
            },
            { "PUT locations/{sku}", "{}", """{"priority":100,"sold":true}""" },
            {
                "POST stock/{sku}/receipts",
                """{"quantity":2,"reason":"r"}""",
                """{"quantity":2,"reason":"r","location":"main","unavailable":false}"""
            },
            {
                "POST stock/{sku}/adjustments",
                """{"quantity":-2,"reason":"r"}""",
                """{"quantity":-2,"reason":"r","location":"main","unavailable":false}"""
            },
            {
                "POST stock/{sku}/withholdings",
                """{"quantity":2,"reason":"r"}""",
                """{"quantity":2,"reason":"r","location":"main"}"""
            },
            {
                "POST stock/{sku}/counts",
                """{"counted":2,"expected":null,"reason":"r"}""",
                """
                    {"counted":2,"expected":null,"reason":"r","location":"main","whenPromised":"refuse",
                     "unavailable":null}
                    """
            },
            {
                "POST stock/returns",
                """{"reference":"back-{sku}","lines":[{"sku":"{sku}","quantity":1}]}""",
                """
                    {"reference":"back-{sku}","lines":[{"sku":"{sku}","quantity":1,"location":"main"}],
                     "unavailable":false}
                    """
            },
            {
                "POST inbounds",
                """{"reference":"new-{sku}","lines":[{"sku":"{sku}","quantity":1}]}""",
                """
                    {"reference":"new-{sku}","lines":[{"sku":"{sku}","quantity":1}],"location":"main",
                     "expectedAt":null}
                    """
            },
            {
                "POST inbounds/{sku}/receipts",
                """{"lines":[{"sku":"{sku}","quantity":1}]}""",
                """{"lines":[{"sku":"{sku}","quantity":1}],"reason":null,"unavailable":false}"""
            },
            {
                "POST transfers",
                """{"reference":"new-{sku}","from":"main","to":"north","reason":"r","lines":[{"sku":"{sku}","quantity":1}]}""",
                """
                    {"reference":"new-{sku}","from":"main","to":"north","reason":"r",
                     "lines":[{"sku":"{sku}","quantity":1}],"expectedAt":null,"unavailable":false}
                    """
            },
            {
                "POST holds",
                """{"lines":[{"sku":"{sku}","quantity":1}]}""",
                """{"lines":[{"sku":"{sku}","quantity":1}],"minutes":10,"customer":"olga"}"""
            },
        };

    [Theory]
    [MemberData(nameof(Defaults))]
    public async Task A_request_that_states_a_default_repeats_the_one_that_leaves_it_out(
        string route,
        string without,
        string with
    )
    {
        var sku = await _api.StockedAsync(("main", 10));
        await _api.DoAsync("inbounds", new { reference = sku, lines = new[] { new { sku, quantity = 5 } } });
        var (method, path) = (route.Split(' ')[0], route.Split(' ')[1].Replace("{sku}", sku, StringComparison.Ordinal));
        var key = Api.New();
        var first = await _api.SendAsync(method, path, Body(without), key);
        (first.Status, first.Replayed).Should().Be((200, false), first.Text);
        var again = await _api.SendAsync(method, path, Body(with), key);
        (again.Status, again.Replayed, again.Text).Should().Be((200, true, first.Text));

        System.Text.Json.JsonElement Body(string json) =>
            System.Text.Json.JsonDocument.Parse(json.Replace("{sku}", sku, StringComparison.Ordinal)).RootElement;
    }

    [Theory]
    [InlineData("POST", "inbounds")]
    [InlineData("POST", "transfers")]
    [InlineData("POST", "inbounds/x/receipts")]
    [InlineData("POST", "inbounds/x/close")]
    [InlineData("GET", "inbounds")]
    [InlineData("GET", "inbounds/x")]
    [InlineData("POST", "stock/cup/counts")]
    [InlineData("POST", "stock/cup/withholdings")]
    [InlineData("GET", "stock/cup/at/2026-01-01T00:00:00Z")]
    [InlineData("PUT", "locations/x")]
    [InlineData("GET", "locations")]
    public async Task These_are_for_operators_only(string method, string path) =>
        (await new Api(fixture.Service.As(Identity.Customer), fixture.Database).SendAsync(method, path, new { }))
            .Status.Should()
            .Be(403);

    [Fact]
    public async Task What_leaves_with_an_order_leaves_once_per_key_and_never_more_than_is_allocated()
    {
        var sku = await _api.StockedAsync(("main", 10));
        var orderId = (await _api.ReserveAsync((sku, 5))).OrderId;
        var two = new
        {
            key = Api.New(),
            orderId,
            lines = new[]
            {
                new
                {
                    sku,
                    location = "main",
                    quantity = 1,
                },
                new
                {
                    sku,
                    location = "main",
                    quantity = 1,
                },
            },
        };
        var first = await _api.SendAsync("POST", "reservations/ship", two);
        var again = await _api.SendAsync("POST", "reservations/ship", two);
        (first.Status, again.Replayed, again.Text).Should().Be((200, true, first.Text));

        var beyond = await _api.SendAsync(
            "POST",
            "reservations/ship",
            new
            {
                key = Api.New(),
                orderId,
                lines = new[]
                {
                    new
                    {
                        sku,
                        location = "main",
                        quantity = 2,
                    },
                    new
                    {
                        sku,
                        location = "main",
                        quantity = 2,
                    },
                },
            }
        );
        (beyond.Status, beyond.Body.GetProperty("refused").GetString())
            .Should()
            .Be((200, $"Only 3 of the requested units of '{sku}' are allocated to the order."));
        (await _api.SendAsync("POST", "reservations/ship", new { key = Api.New(), orderId = Guid.CreateVersion7() }))
            .Body.GetProperty("refused")
            .GetString()
            .Should()
            .Be("No stock is allocated to the order.");
        await _api.DoAsync("reservations/ship", new { key = Api.New(), orderId });
        (await fixture.Database.NumberAsync($"select on_hand from levels where sku = '{sku}'")).Should().Be(5);
    }

    [Fact]
    public async Task All_units_that_an_order_has_of_a_SKU_are_shipped_and_returned_in_one_line_without_a_limit()
    {
        var sku = await _api.StockedAsync(("main", 10_000_000), ("main", 1_000_000));
        var orderId = (await _api.ReserveAsync([.. Enumerable.Repeat((sku, 1_000_000), 11)])).OrderId;
        await _api.DoAsync(
            "reservations/ship",
            new
            {
                key = Api.New(),
                orderId,
                lines = new[] { new { sku, quantity = 11_000_000 } },
            }
        );
        (await OnHandAsync()).Should().Be(0);
        await _api.DoAsync(
            "reservations/return",
            new
            {
                key = Api.New(),
                orderId,
                number = 1,
                actor = "olga",
                lines = new[]
                {
                    new
                    {
                        sku,
                        quantity = 11_000_000,
                        disposition = "restock",
                    },
                },
            }
        );
        (await OnHandAsync()).Should().Be(11_000_000);

        Task<long> OnHandAsync() => fixture.Database.NumberAsync($"select on_hand from levels where sku = '{sku}'");
    }
}
