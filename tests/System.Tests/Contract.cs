using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace DaprShop.SystemTests;

/// <summary>A document's schemas, to hold against what is really said.</summary>
internal sealed class Contract(JsonObject document)
{
    private const string Pointer = "#/components/schemas/";
    private static readonly EvaluationOptions Strict = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };
    private readonly ConcurrentDictionary<string, JsonSchema> _schemas = [];
    private readonly JsonNode _definitions = Local(document["components"]!["schemas"]!);

    public JsonObject Document => document;

    public static async Task<Contract> ReadAsync(HttpClient gateway, string path) => new((await gateway.GetFromJsonAsync<JsonObject>(path))!);

    /// <summary>What is wrong with <paramref name="value"/>; nothing where it is as <paramref name="schema"/> says.</summary>
    public IReadOnlyList<string> Complaints(JsonNode schema, JsonElement value)
    {
        var results = _schemas.GetOrAdd(schema.ToJsonString(), _ => Read(schema)).Evaluate(value, Strict);
        return results.IsValid ? [] : [.. (results.Details ?? []).Append(results).Where(d => d.Errors is not null).SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation} {e.Key}: {e.Value} ({d.EvaluationPath})")).DefaultIfEmpty("It is not what the schema says.")];
    }

    /// <summary>The schema that has this name.</summary>
    public static JsonObject Named(string name) => new() { ["$ref"] = Pointer + name };

    private JsonSchema Read(JsonNode schema)
    {
        var whole = new JsonObject { ["allOf"] = new JsonArray(Local(schema)), ["$defs"] = _definitions.DeepClone() };
        return JsonSchema.FromText(whole.ToJsonString());
    }

    private static JsonNode Local(JsonNode node) => JsonNode.Parse(node.ToJsonString().Replace(Pointer, "#/$defs/", StringComparison.Ordinal))!;
}
