using System.Text;
using System.Text.Json;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>What a request names must exist, and be named once: nothing is dropped in silence.</summary>
public sealed class StrictRequestTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    private const string Payment = """ "payment":{"token":"tok_ok"} """;
    private readonly HttpClient _alice = fixture.Service.As(Identity.Customer, "alice");
    private readonly HttpClient _olga = fixture.Service.As(Identity.Operator, "olga");

    [Theory]
    [InlineData(
        """{"lines":[{"sku":"cup","quantity":1,"quantity":100}], PAYMENT}""",
        "'quantity' is given twice in 'lines[0]'."
    )]
    [InlineData(
        """{"lines":[{"sku":"cup","quantity":1,"Quantity":100}], PAYMENT}""",
        "'quantity' is given twice in 'lines[0]'."
    )]
    [InlineData(
        """{"lines":[{"sku":"cup","quantity":1}],"lines":[], PAYMENT}""",
        "'lines' is given twice in the body."
    )]
    public async Task A_member_that_is_given_twice_is_refused_by_name(string body, string detail) =>
        (await RefusalAsync(_alice, HttpMethod.Post, "orders", body)).Should().Be(("invalid-body", detail));

    [Theory]
    [InlineData(
        """{"lines":[{"sku":"cup","quantity":1,"unitprise":3}], PAYMENT}""",
        "'unitprise' is not a member of 'lines[0]'. Allowed: sku, quantity, unitPrice."
    )]
    [InlineData(
        """{"lines":[{"sku":"cup","quantity":1}],"onShortge":"ask", PAYMENT}""",
        "'onShortge' is not a member of the body. Allowed: lines, payment, onShortage, customer, hold."
    )]
    public async Task A_misspelt_member_is_refused_by_name_and_the_allowed_ones_are_listed(
        string body,
        string detail
    ) => (await RefusalAsync(_alice, HttpMethod.Post, "orders", body)).Should().Be(("invalid-body", detail));

    [Theory]
    [InlineData("orders?statsu=shipped", "unknown-parameter", "statsu")]
    [InlineData("orders?status=shipped&status=accepted", "duplicate-parameter", "status")]
    [InlineData("orders/01a20a8f-35e4-76fe-8b28-c5edcb24079f?id=2", "unknown-parameter", "It has none.")]
    [InlineData("ops/orders/summary?from=2026-11-30", "unknown-parameter", "from")]
    public async Task A_query_parameter_that_is_unknown_or_given_twice_is_refused_by_name(
        string path,
        string kind,
        string named
    )
    {
        var (type, detail) = await RefusalAsync(_olga, HttpMethod.Get, path, null);
        type.Should().Be(kind);
        detail.Should().Contain(named);
    }

    [Theory]
    [InlineData("orders?from=2026-11-30T12:00:00")]
    [InlineData("orders?from=05/06/2026")]
    [InlineData("orders?until=2026-11-30")]
    [InlineData("orders?until=2026-11-30T12:00:00+01:00")]
    public async Task A_time_without_its_offset_is_refused_in_a_query(string path)
    {
        var (type, detail) = await RefusalAsync(_olga, HttpMethod.Get, path, null);
        type.Should().Be("invalid-parameter");
        detail.Should().Contain("it must be an RFC 3339 time with its offset from UTC");
    }

    [Theory]
    [InlineData("""{"lines":[1]}""")]
    [InlineData("x=1")]
    public async Task A_body_that_is_not_taken_is_refused_with_the_name_of_the_route(string body)
    {
        const string route = "orders/01980000-0000-7000-8000-000000000000/cancel";
        (await RefusalAsync(_alice, HttpMethod.Post, route, body))
            .Should()
            .Be(("body-not-taken", $"POST /{route} takes no body. Send none, or {{}}."));
    }

    [Fact]
    public async Task A_body_on_a_route_that_takes_none_is_refused()
    {
        var answers = await _olga.AnswersToBodiesAsync(TestContext.Current.CancellationToken);
        answers.Should().ContainKeys("POST /orders/{id}/cancel", "POST /shipments/{id}/delivery");
        answers.Where(a => a.Value.Length > 0).Should().BeEmpty();
    }

    private static async Task<(string Kind, string Detail)> RefusalAsync(
        HttpClient client,
        HttpMethod method,
        string path,
        string? body
    )
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        if (body is not null)
            request.Content = new StringContent(
                body.Replace("PAYMENT", Payment, StringComparison.Ordinal),
                Encoding.UTF8,
                "application/json"
            );
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        ((int)response.StatusCode).Should().Be(400, text);
        using var problem = JsonDocument.Parse(text);
        return (
            problem.RootElement.GetProperty("type").GetString()!.Split(':')[^1],
            problem.RootElement.GetProperty("detail").GetString()!
        );
    }
}
