using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace DaprShop.TestKit;

/// <summary>A document's schemas, to hold against what is really said.</summary>
public sealed class Contract(JsonObject document)
{
    private const string Pointer = "#/components/schemas/";
    private static readonly EvaluationOptions Strict = new()
    {
        OutputFormat = OutputFormat.List,
        RequireFormatValidation = true,
    };
    private readonly ConcurrentDictionary<string, JsonSchema> _schemas = [];
    private readonly JsonNode _definitions = Local(document["components"]!["schemas"]!);

    /// <summary>The committed AsyncAPI document, which the gateway's tests hold against the code.</summary>
    public static Contract Events { get; } =
        new(
            JsonNode
                .Parse(
                    File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "docs", "asyncapi.json"))
                )!
                .AsObject()
        );

    /// <summary>The document.</summary>
    public JsonObject Document => document;

    /// <summary>The document that stands at <paramref name="path"/>.</summary>
    public static async Task<Contract> ReadAsync(HttpClient gateway, string path) =>
        new((await gateway.GetFromJsonAsync<JsonObject>(path))!);

    /// <summary>
    /// What is wrong with <paramref name="value"/>; nothing where it is as <paramref name="schema"/> says.
    /// </summary>
    public IReadOnlyList<string> Complaints(JsonNode schema, JsonElement value)
    {
        var results = _schemas.GetOrAdd(schema.ToJsonString(), _ => Read(schema)).Evaluate(value, Strict);
        return results.IsValid
            ? []
            :
            [
                .. (results.Details ?? [])
                    .Append(results)
                    .Where(d => d.Errors is not null)
                    .SelectMany(d =>
                        d.Errors!.Select(e => $"{d.InstanceLocation} {e.Key}: {e.Value} ({d.EvaluationPath})")
                    )
                    .DefaultIfEmpty("It is not what the schema says."),
            ];
    }

    /// <summary>
    /// What is wrong with <paramref name="value"/>, sent as JSON of the web; nothing where it is as the schema
    /// <paramref name="name"/> says.
    /// </summary>
    public IReadOnlyList<string> Complaints<T>(string name, T value) =>
        Complaints(Named(name), JsonSerializer.SerializeToElement(value, JsonSerializerOptions.Web));

    /// <summary>The schema that has this name.</summary>
    public static JsonObject Named(string name) => new() { ["$ref"] = Pointer + name };

    private static string Here([CallerFilePath] string path = "") => path;

    private JsonSchema Read(JsonNode schema)
    {
        var whole = new JsonObject { ["allOf"] = new JsonArray(Local(schema)), ["$defs"] = _definitions.DeepClone() };
        return JsonSchema.FromText(whole.ToJsonString());
    }

    private static JsonNode Local(JsonNode node) =>
        JsonNode.Parse(node.ToJsonString().Replace(Pointer, "#/$defs/", StringComparison.Ordinal))!;
}
