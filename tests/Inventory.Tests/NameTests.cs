using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Inventory.Tests;

/// <summary>
/// One alphabet at every door: what a body accepts as a name, each path addresses; what no path can address is refused.
/// </summary>
public sealed class NameTests(InventoryFixture fixture) : IClassFixture<InventoryFixture>
{
    private const string Odd = "sku (1) & 2|3~+=@:,.-_";
    private readonly Api _olga = new(fixture.Service.As(Identity.Operator, "olga"), fixture.Database);

    [Theory]
    [InlineData("PUT", "items/NAME", """{"name":"Cup","price":1}""")]
    [InlineData("GET", "items/NAME", null)]
    [InlineData("PATCH", "items/NAME", """{"price":1}""")]
    [InlineData("GET", "stock/NAME", null)]
    [InlineData("GET", "stock?sku=NAME", null)]
    [InlineData("GET", "stock/cup?location=NAME", null)]
    [InlineData("GET", "stock/NAME/movements", null)]
    [InlineData("POST", "stock/NAME/receipts", """{"quantity":1,"reason":"test"}""")]
    [InlineData("POST", "stock/NAME/counts", """{"counted":1,"expected":null,"reason":"test"}""")]
    [InlineData("PUT", "locations/NAME", """{"priority":1}""")]
    [InlineData("GET", "inbounds/NAME", null)]
    [InlineData("POST", "inbounds/NAME/receipts", """{"lines":[{"sku":"cup","quantity":1}]}""")]
    [InlineData("POST", "inbounds/NAME/close", """{"disposition":"lost","reason":"test"}""")]
    [InlineData("POST", "waitlist/NAME", """{"quantity":1}""")]
    [InlineData("DELETE", "waitlist/NAME", null)]
    public async Task A_path_or_query_with_what_is_no_name_is_refused_with_the_alphabet(
        string method,
        string path,
        string? body
    )
    {
        foreach (var name in (string[])["p%2525", "p%253F", "a%0Ab", "caf%C3%A9", "a%5Cb"])
        {
            var reply = await SendAsync(method, path.Replace("NAME", name, StringComparison.Ordinal), body);
            reply.Status.Should().Be(400, $"{name}: {reply.Text}");
            reply.Kind.Should().Be("invalid-parameter");
            reply.Text.Should().Contain("letters A to Z");
        }
    }

    [Theory]
    [InlineData("stock/cup/receipts", """{"quantity":1,"reason":"test","location":NAME}""")]
    [InlineData("stock/cup/adjustments", """{"quantity":1,"reason":"test","location":NAME}""")]
    [InlineData("stock/cup/withholdings", """{"quantity":1,"reason":"test","location":NAME}""")]
    [InlineData("stock/cup/counts", """{"counted":1,"expected":null,"reason":"test","location":NAME}""")]
    [InlineData("stock/returns", """{"reference":NAME,"lines":[{"sku":"cup","quantity":1}]}""")]
    [InlineData("stock/returns", """{"reference":"r","lines":[{"sku":NAME,"quantity":1}]}""")]
    [InlineData("stock/returns", """{"reference":"r","lines":[{"sku":"cup","quantity":1,"location":NAME}]}""")]
    [InlineData("inbounds", """{"reference":NAME,"lines":[{"sku":"cup","quantity":1}]}""")]
    [InlineData("inbounds", """{"reference":"r","lines":[{"sku":NAME,"quantity":1}]}""")]
    [InlineData("inbounds", """{"reference":"r","location":NAME,"lines":[{"sku":"cup","quantity":1}]}""")]
    [InlineData(
        "transfers",
        """{"reference":NAME,"from":"main","to":"b","reason":"t","lines":[{"sku":"cup","quantity":1}]}"""
    )]
    [InlineData(
        "transfers",
        """{"reference":"r","from":NAME,"to":"b","reason":"t","lines":[{"sku":"cup","quantity":1}]}"""
    )]
    [InlineData(
        "transfers",
        """{"reference":"r","from":"main","to":NAME,"reason":"t","lines":[{"sku":"cup","quantity":1}]}"""
    )]
    [InlineData("holds", """{"lines":[{"sku":NAME,"quantity":1}]}""")]
    [InlineData("holds", """{"customer":NAME,"lines":[{"sku":"cup","quantity":1}]}""")]
    public async Task A_body_with_what_no_path_can_address_is_refused_with_the_alphabet(string path, string body)
    {
        foreach (var name in (string[])["TR/7", "..", "p%25", "p?q", "p#q", @"a\nb", "café", ""])
        {
            var reply = await SendAsync("POST", path, body.Replace("NAME", $"\"{name}\"", StringComparison.Ordinal));
            reply.Status.Should().Be(422, $"{name}: {reply.Text}");
            reply.Text.Should().Contain("letters A to Z");
        }
    }

    [Theory]
    [InlineData("TR/7")]
    [InlineData("a?b")]
    [InlineData("..")]
    public async Task An_idempotency_key_that_is_no_name_is_refused_with_the_alphabet(string key)
    {
        var reply = await _olga.SendAsync("POST", "stock/cup/receipts", new { quantity = 1, reason = "test" }, key);
        (reply.Status, reply.Kind).Should().Be((400, "idempotency-key-invalid"));
        reply.Text.Should().Contain("letters A to Z");
    }

    [Theory]
    [InlineData("zoë")]
    [InlineData("a/b")]
    public async Task A_caller_whose_name_is_none_is_told_so(string name)
    {
        var reply = await new Api(fixture.Service.As(Identity.Operator, name), fixture.Database).SendAsync(
            "GET",
            "items/cup"
        );
        (reply.Status, reply.Kind).Should().Be((403, "forbidden"));
        reply.Text.Should().Contain("letters A to Z");
    }

    [Fact]
    public async Task Odd_characters_of_the_alphabet_name_items_references_keys_and_customers_in_every_path()
    {
        var (sku, path) = ($"{Odd} {Api.New()}", Uri.EscapeDataString($"{Odd} "));
        path += sku[^36..];
        await OkAsync("PUT", $"items/{path}", new { name = "Cup", price = 1 });
        (await OkAsync("GET", $"items/{path}")).Text("sku").Should().Be(sku);
        await OkAsync("POST", $"stock/{path}/receipts", new { quantity = 3, reason = "test" });
        await OkAsync("POST", "inbounds", new { reference = sku, lines = new[] { new { sku, quantity = 2 } } });
        await OkAsync("POST", $"inbounds/{path}/receipts", new { lines = new[] { new { sku, quantity = 2 } } });
        (await OkAsync("GET", $"inbounds/{path}")).Text("state").Should().Be("received");
        (await OkAsync("GET", $"stock?sku={path}")).List("items").Should().ContainSingle();
        (await OkAsync("GET", $"stock/{path}/movements")).Text("sku").Should().Be(sku);
        await OkAsync(
            "POST",
            "holds",
            new { customer = Odd, lines = new[] { new { sku, quantity = 1 } } },
            $"{Odd} {Api.New()}"
        );
        var ann = new Api(fixture.Service.As(Identity.Customer, Odd), fixture.Database);
        (await ann.GetAsync($"items/{path}")).Text("sku").Should().Be(sku);
    }

    private async Task<System.Text.Json.JsonElement> OkAsync(
        string method,
        string path,
        object? body = null,
        string? key = null
    )
    {
        var reply = await _olga.SendAsync(method, path, body, key ?? Api.New());
        reply.Status.Should().BeOneOf([200, 201], $"{method} {path}: {reply.Text}");
        return reply.Body;
    }

    private Task<Reply> SendAsync(string method, string path, string? body) =>
        _olga.SendAsync(
            method,
            path,
            body is null ? null : System.Text.Json.Nodes.JsonNode.Parse(body),
            method == "GET" ? null : Api.New()
        );
}
