using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DaprShop.Gateway.Forwarding;

namespace DaprShop.Gateway.ApiDocuments;

/// <summary>Merges the OpenAPI documents of the services into one for the gateway.</summary>
internal static partial class OpenApiMergeRules
{
    private const string Problem = "Problem";
    private const string SchemaPrefix = "#/components/schemas/";

    /// <summary>
    /// Merges <paramref name="documents"/> (OpenAPI JSON by app id). Only operations of <paramref name="routes"/> are
    /// included.
    /// </summary>
    public static JsonObject Merge(IReadOnlyDictionary<string, string> documents, IReadOnlyList<GatewayRoute> routes)
    {
        var paths = new JsonObject();
        var schemas = new JsonObject();
        foreach (var (app, json) in documents)
        {
            // Two services may use the same name for different schemas.
            var document = JsonNode.Parse(
                json.Replace(SchemaPrefix, $"{SchemaPrefix}{app}.", StringComparison.Ordinal)
            )!;
            foreach (var (path, operations) in Properties(document["paths"]))
            foreach (var (method, operation) in Properties(operations))
            {
                if (routes.Any(r => r.App == app && IsSame(r, method, path)))
                    Member(paths, path)[method] = WithProblem(operation!.DeepClone());
            }

            foreach (var (name, schema) in Properties(document["components"]?["schemas"]))
                schemas[$"{app}.{name}"] = schema!.DeepClone();
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "DaprShop",
                ["version"] = "1",
                ["description"] = Describe(documents, routes),
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["responses"] = new JsonObject { [Problem] = ProblemResponse() },
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["bearerFormat"] = "JWT",
                    },
                },
            },
        };
    }

    /// <summary>
    /// Every operation may return a problem: no token or role, an unavailable service, or its own reasons.
    /// </summary>
    private static JsonNode WithProblem(JsonNode operation)
    {
        Member(operation.AsObject(), "responses")["default"] = new JsonObject
        {
            ["$ref"] = $"#/components/responses/{Problem}",
        };
        return operation;
    }

    private static JsonObject ProblemResponse() =>
        new()
        {
            ["description"] =
                "The error and what is allowed (RFC 9457). Programs should rely on type; detail is for people. "
                + "Some problems have further members.",
            ["content"] = new JsonObject
            {
                ["application/problem+json"] = new JsonObject
                {
                    ["schema"] = new JsonObject
                    {
                        ["type"] = "object",
                        ["required"] = new JsonArray("type", "title", "status", "detail"),
                        ["properties"] = new JsonObject
                        {
                            ["type"] = new JsonObject { ["type"] = "string", ["pattern"] = "^urn:daprshop:problem:" },
                            ["title"] = new JsonObject { ["type"] = "string" },
                            ["status"] = new JsonObject { ["type"] = "integer" },
                            ["detail"] = new JsonObject { ["type"] = "string" },
                        },
                    },
                },
            },
        };

    private static string Describe(IReadOnlyDictionary<string, string> documents, IReadOnlyList<GatewayRoute> routes)
    {
        var missing = routes.Select(r => r.App).Distinct().Where(app => !documents.ContainsKey(app)).ToList();
        return "Orders and stock for a shop that never oversells, never loses an order and never charges twice."
            + (missing.Count == 0 ? "" : $" Unavailable now and therefore missing here: {string.Join(", ", missing)}.");
    }

    private static bool IsSame(GatewayRoute route, string method, string path) =>
        route.Method.Equals(method, StringComparison.OrdinalIgnoreCase) && Shape(route.Pattern) == Shape(path);

    private static string Shape(string path) => Parameter.Replace(path, "{}");

    private static JsonObject Member(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject child)
            parent[name] = child = [];
        return child;
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Properties(JsonNode? node) => node as JsonObject ?? [];

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter { get; }
}
