using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DaprShop.Gateway.Domain;

/// <summary>Makes one OpenAPI document of those that the services generate.</summary>
internal static partial class ApiDocument
{
    private const string Problem = "Problem";
    private const string SchemaPrefix = "#/components/schemas/";

    /// <summary>Joins <paramref name="documents"/> (OpenAPI JSON by app id), with only what <paramref name="routes"/> let through.</summary>
    public static JsonObject Merge(IReadOnlyDictionary<string, string> documents, IReadOnlyList<Route> routes)
    {
        var paths = new JsonObject();
        var schemas = new JsonObject();
        foreach (var (app, json) in documents)
        {
            // Two services may each have a schema of one name.
            var document = JsonNode.Parse(
                json.Replace(SchemaPrefix, $"{SchemaPrefix}{app}.", StringComparison.Ordinal)
            )!;
            foreach (var (path, operations) in Properties(document["paths"]))
            foreach (var (method, operation) in Properties(operations))
            {
                if (routes.Any(r => r.App == app && Same(r, method, path)))
                    Member(paths, path)[method] = MayBeRefused(operation!.DeepClone());
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
                ["responses"] = new JsonObject { [Problem] = Refusal() },
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

    /// <summary>Any route may: for want of a token or a role, of a service that is away, and for reasons of its own.</summary>
    private static JsonNode MayBeRefused(JsonNode operation)
    {
        Member(operation.AsObject(), "responses")["default"] = new JsonObject
        {
            ["$ref"] = $"#/components/responses/{Problem}",
        };
        return operation;
    }

    private static JsonObject Refusal() =>
        new()
        {
            ["description"] =
                "What was wrong, and what is allowed (RFC 9457). type is for programs, detail for people; some have further members.",
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

    private static string Describe(IReadOnlyDictionary<string, string> documents, IReadOnlyList<Route> routes)
    {
        var away = routes.Select(r => r.App).Distinct().Where(app => !documents.ContainsKey(app)).ToList();
        return "Orders and stock for a shop that never oversells, never loses an order and never charges twice."
            + (away.Count == 0 ? "" : $" Not available right now, so not described: {string.Join(", ", away)}.");
    }

    private static bool Same(Route route, string method, string path) =>
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
