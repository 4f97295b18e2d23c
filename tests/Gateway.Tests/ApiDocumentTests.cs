using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Gateway.Domain;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Gateway.Tests;

public sealed class ApiDocumentTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private static readonly Route[] Table = [new("GET", "/orders/{id}", "orders", Identity.Customer), new("POST", "/stock/{sku}/receipts", "inventory", Identity.Operator)];

    [Fact]
    public void The_document_has_what_the_gateway_lets_through_and_nothing_else()
    {
        var merged = ApiDocument.Merge(new Dictionary<string, string>
        {
            ["orders"] = Document("/orders/{orderId}", "get"), ["inventory"] = Document("/reservations", "post"),
        }, Table);

        merged["paths"]!.AsObject().Select(p => p.Key).Should().Equal("/orders/{orderId}");
    }

    [Theory]
    [InlineData("inventory", "get")]
    [InlineData("orders", "delete")]
    public void A_route_lets_through_what_its_own_app_has_under_its_own_method(string app, string method) =>
        ApiDocument.Merge(new Dictionary<string, string> { [app] = Document("/orders/{id}", method) }, Table)["paths"]!.AsObject().Should().BeEmpty();

    [Fact]
    public void Schemas_of_one_name_are_kept_apart()
    {
        var merged = ApiDocument.Merge(new Dictionary<string, string>
        {
            ["orders"] = Document("/orders/{id}", "get"), ["inventory"] = Document("/stock/{sku}/receipts", "post"),
        }, Table);

        merged["components"]!["schemas"]!.AsObject().Select(s => s.Key).Should().Equal("orders.Answer", "inventory.Answer");
        merged["paths"]!["/stock/{sku}/receipts"]!["post"]!.ToJsonString().Should().Contain("#/components/schemas/inventory.Answer");
    }

    [Fact]
    public async Task Services_that_are_away_are_named_instead_of_failing_the_document()
    {
        fixture.Sidecar.Answer = context =>
        {
            var here = context.Request.Path.StartsWithSegments("/v1.0/invoke/payments", StringComparison.Ordinal);
            context.Response.StatusCode = here ? 200 : 500;
            if (context.Request.Path.StartsWithSegments("/v1.0/invoke/history", StringComparison.Ordinal)) context.Abort();
            return context.Response.WriteAsync(here ? Document("/payments/{orderId}", "get") : "{}");
        };

        var document = await fixture.Gateway.CreateClient().GetFromJsonAsync<JsonElement>("/openapi/v1.json", TestContext.Current.CancellationToken);

        document.GetProperty("paths").EnumerateObject().Select(p => p.Name).Should().Equal("/payments/{orderId}", "/orders/{id}/events");
        document.GetProperty("info").GetProperty("description").GetString().Should().Contain("orders, inventory, history");
    }

    [Fact]
    public async Task A_complete_document_is_kept_for_ten_seconds_and_an_incomplete_one_not_at_all()
    {
        var time = new FakeTimeProvider();
        var documents = new OpenApiDocuments(new Sidecar(new ConfigurationBuilder().AddInMemoryCollection([new("DAPR_HTTP_ENDPOINT", fixture.Sidecar.Address)]).Build()), time);
        fixture.Sidecar.Answer = context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        (await CallsAsync(documents)).Should().Be(4);
        fixture.Sidecar.Answer = context => context.Response.WriteAsync(Document("/orders/{id}", "get"));

        (await CallsAsync(documents)).Should().Be(4, "the last one lacked all");
        (await CallsAsync(documents)).Should().Be(0);
        time.Advance(TimeSpan.FromSeconds(10));
        (await CallsAsync(documents)).Should().Be(4);
    }

    [Fact]
    public async Task The_docs_page_needs_nothing_from_elsewhere()
    {
        var page = await fixture.Gateway.CreateClient().GetStringAsync("/docs/", TestContext.Current.CancellationToken);

        page.Should().Contain("scalar.js").And.NotContain("src=\"http");
    }

    private async Task<int> CallsAsync(OpenApiDocuments documents)
    {
        fixture.Sidecar.Calls.Clear();
        await documents.MergedAsync(TestContext.Current.CancellationToken);
        return fixture.Sidecar.Calls.Count;
    }

    private static string Document(string path, string method) => """
        {"openapi":"3.1.1","paths":{"PATH":{"METHOD":{"responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Answer"}}}}}}}},
         "components":{"schemas":{"Answer":{"type":"object"}}}}
        """.Replace("PATH", path, StringComparison.Ordinal).Replace("METHOD", method, StringComparison.Ordinal);
}
