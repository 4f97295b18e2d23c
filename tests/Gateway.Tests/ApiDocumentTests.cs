using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using DaprShop.Gateway.Domain;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Gateway.Tests;

public sealed class ApiDocumentTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private static readonly Route[] Table =
    [
        new("GET", "/orders/{id}", "orders", Identity.Customer),
        new("POST", "/stock/{sku}/receipts", "inventory", Identity.Operator),
    ];

    private const string Operation =
        """{"responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Answer"}}}}}}""";

    [Fact]
    public void The_document_has_what_the_gateway_lets_through_and_nothing_else()
    {
        var merged = ApiDocument.Merge(
            new Dictionary<string, string>
            {
                ["orders"] = Document("/orders/{orderId}", "get"),
                ["inventory"] = Document("/reservations", "post"),
            },
            Table
        );

        merged["paths"]!.AsObject().Select(p => p.Key).Should().Equal("/orders/{orderId}");
    }

    [Theory]
    [InlineData("inventory", "get")]
    [InlineData("orders", "delete")]
    public void A_route_lets_through_what_its_own_app_has_under_its_own_method(string app, string method) =>
        ApiDocument.Merge(new Dictionary<string, string> { [app] = Document("/orders/{id}", method) }, Table)["paths"]!
            .AsObject()
            .Should()
            .BeEmpty();

    [Fact]
    public void Schemas_of_one_name_are_kept_apart()
    {
        var merged = ApiDocument.Merge(
            new Dictionary<string, string>
            {
                ["orders"] = Document("/orders/{id}", "get"),
                ["inventory"] = Document("/stock/{sku}/receipts", "post"),
            },
            Table
        );

        merged["components"]!["schemas"]!
            .AsObject()
            .Select(s => s.Key)
            .Should()
            .Equal("orders.Answer", "inventory.Answer");
        merged["paths"]!["/stock/{sku}/receipts"]!["post"]!
            .ToJsonString()
            .Should()
            .Contain("#/components/schemas/inventory.Answer");
    }

    [Fact]
    public async Task G42_The_document_has_every_route_and_says_what_every_success_looks_like()
    {
        fixture.Sidecar.Answer = context => context.Response.WriteAsync(Document(RouteTable.Routes));
        var documents = Documents(
            TimeProvider.System,
            fixture.Gateway.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1")
        );
        var document = JsonElement.Parse(await documents.MergedAsync(TestContext.Current.CancellationToken));

        document
            .GetProperty("paths")
            .EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject(), (p, o) => $"{o.Name.ToUpperInvariant()} {p.Name}")
            .Should()
            .BeEquivalentTo(RouteTable.Routes.Concat(RouteTable.Own).Select(r => $"{r.Method} {r.Pattern}"));
        ApiDescription.UndescribedSuccesses(document).Should().BeEmpty();
    }

    [Fact]
    public async Task Services_that_are_away_are_named_instead_of_failing_the_document()
    {
        fixture.Sidecar.Answer = context =>
        {
            var here = context.Request.Path.StartsWithSegments("/v1.0/invoke/payments", StringComparison.Ordinal);
            context.Response.StatusCode = here ? 200 : 500;
            if (context.Request.Path.StartsWithSegments("/v1.0/invoke/history", StringComparison.Ordinal))
                context.Abort();
            return context.Response.WriteAsync(here ? Document("/payments/{orderId}", "get") : "{}");
        };

        var document = await fixture
            .Gateway.CreateClient()
            .GetFromJsonAsync<JsonElement>("/openapi/v1.json", TestContext.Current.CancellationToken);

        document
            .GetProperty("paths")
            .EnumerateObject()
            .Select(p => p.Name)
            .Should()
            .BeEquivalentTo("/payments/{orderId}", "/orders/{id}/events", "/bulk-orders/{id}/events");
        document
            .GetProperty("info")
            .GetProperty("description")
            .GetString()
            .Should()
            .Contain("orders, inventory, history");
    }

    [Fact]
    public async Task A_complete_document_is_kept_for_ten_seconds_and_an_incomplete_one_not_at_all()
    {
        var time = new FakeTimeProvider();
        var documents = Documents(time);
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

    private OpenApiDocuments Documents(TimeProvider time, IOpenApiDocumentProvider? own = null) =>
        new(
            new Sidecar(
                new ConfigurationBuilder()
                    .AddInMemoryCollection([new("DAPR_HTTP_ENDPOINT", fixture.Sidecar.Address)])
                    .Build()
            ),
            time,
            own
        );

    private async Task<int> CallsAsync(OpenApiDocuments documents)
    {
        fixture.Sidecar.Calls.Clear();
        await documents.MergedAsync(TestContext.Current.CancellationToken);
        return fixture.Sidecar.Calls.Count;
    }

    private static string Document(string path, string method) => Document([new Route(method, path, "", "")]);

    private static string Document(IEnumerable<Route> routes) =>
        new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["paths"] = new JsonObject(
                routes
                    .GroupBy(r => r.Pattern)
                    .Select(path =>
                        KeyValuePair.Create(
                            path.Key,
                            (JsonNode?)
                                new JsonObject(
                                    path.Select(r =>
                                        KeyValuePair.Create(r.Method.ToLowerInvariant(), JsonNode.Parse(Operation))
                                    )
                                )
                        )
                    )
            ),
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject { ["Answer"] = new JsonObject { ["type"] = "object" } },
            },
        }.ToJsonString();
}
