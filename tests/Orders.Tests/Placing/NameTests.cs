using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Tests;

/// <summary>What no path can address is refused as a name wherever an order brings it.</summary>
public sealed class NameTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    private readonly HttpClient _olga = fixture.Service.As(Identity.Operator, "olga");

    [Theory]
    [InlineData("orders", """{"lines":[{"sku":NAME,"quantity":1}],"payment":{"token":"tok_ok"}}""")]
    [InlineData("orders", """{"customer":NAME,"lines":[{"sku":"cup","quantity":1}],"payment":{"token":"tok_ok"}}""")]
    [InlineData(
        "shipments",
        """
            {"orderId":"01a20a8f-35e4-76fe-8b28-c5edcb24079f","lines":[{"sku":"cup","quantity":1,"location":NAME}]}
            """
    )]
    [InlineData("returns/01a20a8f-35e4-76fe-8b28-c5edcb24079f/decision", """{"location":NAME,"lines":[]}""")]
    public async Task A_body_with_what_is_no_name_is_refused_with_the_alphabet(string path, string body)
    {
        foreach (var name in (string[])["TR/7", "..", "p%25", "p?q", @"a\nb", "café"])
        {
            var (status, text) = await SendAsync(path, body, name);
            status.Should().Be(422, $"{name}: {text}");
            text.Should().Contain("letters A to Z");
        }
    }

    [Theory]
    [InlineData("""{"key":NAME,"order":{"lines":[{"sku":"cup","quantity":1}],"payment":{"token":"tok_ok"}}}""")]
    [InlineData("""{"key":"k","order":{"lines":[{"sku":NAME,"quantity":1}],"payment":{"token":"tok_ok"}}}""")]
    public async Task An_order_of_a_list_with_what_is_no_name_is_refused_alone(string order)
    {
        var (status, text) = await SendAsync("ops/orders", $$"""{"orders":[{{order}}]}""", "TR/7");
        status.Should().Be(200, text);
        text.Should().Contain("letters A to Z").And.Contain("\"id\":null");
    }

    [Theory]
    [InlineData("orders?sku=p%252F")]
    [InlineData("orders?customer=a%2Fb")]
    public async Task A_filter_by_what_is_no_name_is_refused_instead_of_finding_nothing(string path)
    {
        using var response = await _olga.GetAsync(path, TestContext.Current.CancellationToken);
        ((int)response.StatusCode).Should().Be(400);
        (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
            .GetProperty("detail")
            .GetString()
            .Should()
            .Contain("letters A to Z");
    }

    private async Task<(int Status, string Text)> SendAsync(string path, string body, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(
                body.Replace("NAME", $"\"{name}\"", StringComparison.Ordinal),
                Encoding.UTF8,
                "application/json"
            ),
        };
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        using var response = await _olga.SendAsync(request, TestContext.Current.CancellationToken);
        return (
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        );
    }
}
