using System.Net.Http.Json;
using System.Text.Json;

namespace DaprShop.TestKit;

/// <summary>What an OpenAPI document says of successes.</summary>
public static class ApiDescription
{
    /// <inheritdoc cref="UndescribedSuccesses(JsonElement)"/>
    public static async Task<IReadOnlyList<string>> UndescribedSuccessesAsync(
        this HttpClient caller,
        CancellationToken cancellationToken
    ) => UndescribedSuccesses(await caller.GetFromJsonAsync<JsonElement>("openapi/v1.json", cancellationToken));

    /// <summary>
    /// The successes of which <paramref name="document"/> gives no schema, and the operations that have none. A 204 has
    /// no body, and so no schema.
    /// </summary>
    public static IReadOnlyList<string> UndescribedSuccesses(JsonElement document)
    {
        var operations = document
            .GetProperty("paths")
            .EnumerateObject()
            .SelectMany(
                p => p.Value.EnumerateObject(),
                (path, operation) =>
                    (Name: $"{operation.Name} {path.Name}", Responses: operation.Value.GetProperty("responses"))
            )
            .ToList();
        return operations.Count == 0
            ? ["no operation at all"]
            : [.. operations.SelectMany(o => Undescribed(o.Name, o.Responses))];
    }

    private static IEnumerable<string> Undescribed(string operation, JsonElement responses)
    {
        var successes = responses.EnumerateObject().Where(r => r.Name.StartsWith('2')).ToList();
        return successes.Count == 0
            ? [$"{operation} 2xx"]
            : successes.Where(r => HasSchema(r.Value) != (r.Name != "204")).Select(r => $"{operation} {r.Name}");
    }

    private static bool HasSchema(JsonElement response) =>
        response.TryGetProperty("content", out var content)
        && content.EnumerateObject().Any()
        && content.EnumerateObject().All(c => c.Value.TryGetProperty("schema", out _));
}
