using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using DaprShop.Gateway.ApiDocuments;
using DaprShop.Gateway.Forwarding;
using DaprShop.Gateway.Sidecar;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Gateway.Tests;

/// <summary>The merged OpenAPI document.</summary>
public sealed class OpenApiTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private const string Operation = """
        {"responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Response"}}}}}}
        """;

    [Fact]
    public async Task G42_The_document_contains_every_route_and_describes_every_success()
    {
        fixture.Sidecar.Respond = context => context.Response.WriteAsync(Document(RouteTable.Routes));
        var documents = Documents(
            TimeProvider.System,
            fixture.Gateway.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1")
        );
        var document = JsonElement.Parse(await documents.GetMergedAsync(TestContext.Current.CancellationToken));

        document
            .GetProperty("paths")
            .EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject(), (p, o) => $"{o.Name.ToUpperInvariant()} {p.Name}")
            .Should()
            .BeEquivalentTo(RouteTable.Routes.Concat(RouteTable.Own).Select(r => $"{r.Method} {r.Pattern}"));
        ApiDescription.UndescribedSuccesses(document).Should().BeEmpty();
    }

    [Fact]
    public async Task Unavailable_services_are_named_and_the_document_is_still_returned()
    {
        fixture.Sidecar.Respond = context =>
        {
            var isAvailable = context.Request.Path.StartsWithSegments(
                "/v1.0/invoke/payments",
                StringComparison.Ordinal
            );
            context.Response.StatusCode = isAvailable ? 200 : 500;
            if (context.Request.Path.StartsWithSegments("/v1.0/invoke/history", StringComparison.Ordinal))
                context.Abort();
            return context.Response.WriteAsync(isAvailable ? Document("/payments/{orderId}", "get") : "{}");
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
    public async Task A_complete_document_is_cached_for_ten_seconds_and_an_incomplete_one_is_not()
    {
        var time = new FakeTimeProvider();
        var documents = Documents(time);
        fixture.Sidecar.Respond = context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        (await CallsAsync(documents)).Should().Be(4);
        fixture.Sidecar.Respond = context => context.Response.WriteAsync(Document("/orders/{id}", "get"));

        (await CallsAsync(documents)).Should().Be(4, "the last document lacked all services");
        (await CallsAsync(documents)).Should().Be(0);
        time.Advance(TimeSpan.FromSeconds(10));
        (await CallsAsync(documents)).Should().Be(4);
    }

    [Fact]
    public async Task The_docs_page_loads_nothing_from_other_hosts()
    {
        var page = await fixture.Gateway.CreateClient().GetStringAsync("/docs/", TestContext.Current.CancellationToken);

        page.Should().Contain("scalar.js").And.NotContain("src=\"http");
    }

    private OpenApiDocuments Documents(TimeProvider time, IOpenApiDocumentProvider? own = null) =>
        new(
            fixture.Gateway.Services.GetRequiredService<DaprSidecar>(),
            fixture.Gateway.Services.GetRequiredService<IHttpClientFactory>(),
            time,
            own
        );

    private async Task<int> CallsAsync(OpenApiDocuments documents)
    {
        fixture.Sidecar.Calls.Clear();
        await documents.GetMergedAsync(TestContext.Current.CancellationToken);
        return fixture.Sidecar.Calls.Count;
    }

    private static string Document(string path, string method) => Document([new GatewayRoute(method, path, "", "")]);

    private static string Document(IEnumerable<GatewayRoute> routes) =>
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
                ["schemas"] = new JsonObject { ["Response"] = new JsonObject { ["type"] = "object" } },
            },
        }.ToJsonString();
}
