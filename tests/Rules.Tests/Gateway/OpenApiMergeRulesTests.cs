using System.Text.Json.Nodes;
using DaprShop.Gateway.ApiDocuments;
using DaprShop.Gateway.Forwarding;

namespace DaprShop.Rules.Tests.Gateway;

/// <summary>How the services' OpenAPI documents are merged.</summary>
public sealed class OpenApiMergeRulesTests
{
    private static readonly GatewayRoute[] Table =
    [
        new("GET", "/orders/{id}", "orders", "customer"),
        new("POST", "/stock/{sku}/receipts", "inventory", "operator"),
    ];

    [Fact]
    public void The_document_contains_only_the_routes_of_the_gateway()
    {
        var merged = OpenApiMergeRules.Merge(
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
    public void A_route_matches_operations_of_its_own_service_and_method_only(string app, string method) =>
        OpenApiMergeRules.Merge(new Dictionary<string, string> { [app] = Document("/orders/{id}", method) }, Table)[
            "paths"
        ]!
            .AsObject()
            .Should()
            .BeEmpty();

    [Fact]
    public void Schemas_with_the_same_name_stay_separate()
    {
        var merged = OpenApiMergeRules.Merge(
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
            .Equal("orders.Response", "inventory.Response");
        merged["paths"]!["/stock/{sku}/receipts"]!["post"]!
            .ToJsonString()
            .Should()
            .Contain("#/components/schemas/inventory.Response");
    }

    [Fact]
    public void The_merged_document_is_one_of_the_gateway()
    {
        var merged = OpenApiMergeRules.Merge(
            new Dictionary<string, string> { ["orders"] = Document("/orders/{id}", "get") },
            Table
        );

        var expected = JsonNode.Parse(
            """
            {
              "openapi": "3.1.1",
              "info": {
                "title": "DaprShop",
                "version": "1",
                "description": "Orders and stock for a shop that never oversells, never loses an order and never charges twice. Unavailable now and therefore missing here: inventory."
              },
              "servers": [{ "url": "/" }],
              "security": [{ "bearer": [] }],
              "paths": {
                "/orders/{id}": {
                  "get": {
                    "responses": {
                      "200": {
                        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/orders.Response" } } }
                      },
                      "default": { "$ref": "#/components/responses/Problem" }
                    }
                  }
                }
              },
              "components": {
                "schemas": { "orders.Response": { "type": "object" } },
                "responses": {
                  "Problem": {
                    "description": "The error and what is allowed (RFC 9457). Programs should rely on type; detail is for people. Some problems have further members.",
                    "content": {
                      "application/problem+json": {
                        "schema": {
                          "type": "object",
                          "required": ["type", "title", "status", "detail"],
                          "properties": {
                            "type": { "type": "string", "pattern": "^urn:daprshop:problem:" },
                            "title": { "type": "string" },
                            "status": { "type": "integer" },
                            "detail": { "type": "string" }
                          }
                        }
                      }
                    }
                  }
                },
                "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" } }
              }
            }
            """
        );
        merged.ToJsonString().Should().Be(expected!.ToJsonString());
    }

    [Fact]
    public void A_document_of_all_services_says_that_none_is_missing() =>
        OpenApiMergeRules.Merge(
            new Dictionary<string, string>
            {
                ["orders"] = Document("/orders/{id}", "get"),
                ["inventory"] = Document("/stock/{sku}/receipts", "post"),
            },
            Table
        )["info"]!["description"]!
            .GetValue<string>()
            .Should()
            .EndWith("never charges twice.");

    [Fact]
    public void Two_operations_of_a_path_are_merged_and_a_document_without_schemas_is_allowed()
    {
        GatewayRoute[] routes = [.. Table, new("DELETE", "/orders/{id}", "inventory", "operator")];

        var merged = OpenApiMergeRules.Merge(
            new Dictionary<string, string>
            {
                ["orders"] = Document("/orders/{id}", "get"),
                ["inventory"] = """{"paths":{"/orders/{id}":{"delete":{}}}}""",
            },
            routes
        );

        merged["paths"]!["/orders/{id}"]!.AsObject().Select(o => o.Key).Should().Equal("get", "delete");
        merged["paths"]!["/orders/{id}"]!["delete"]!["responses"]!.AsObject().Should().ContainKey("default");
    }

    private static string Document(string path, string method) =>
        new JsonObject
        {
            ["paths"] = new JsonObject
            {
                [path] = new JsonObject
                {
                    [method] = JsonNode.Parse(
                        """
                        {"responses":{"200":{"content":{"application/json":{"schema":
                        {"$ref":"#/components/schemas/Response"}}}}}}
                        """
                    ),
                },
            },
            ["components"] = JsonNode.Parse("""{"schemas":{"Response":{"type":"object"}}}"""),
        }.ToJsonString();
}
