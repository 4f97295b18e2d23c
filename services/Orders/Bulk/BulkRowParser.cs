using System.Text.Json;
using System.Text.Json.Nodes;
using DaprShop.Orders.Placing;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Bulk;

/// <summary>A row, as far as it can be read.</summary>
/// <param name="Key">The row's own, if it has one.</param>
/// <param name="Request">Null where the row cannot be read. A line that cannot be read is null.</param>
/// <param name="Errors">The errors of the parts that could not be read.</param>
internal sealed record BulkOrder(string? Key, OrderRequest? Request, IReadOnlyList<ValidationError> Errors);

/// <summary>Reads a row of a bulk file: the body of <c>POST /orders</c>, and a <c>key</c>.</summary>
internal static class BulkRowParser
{
    private const string Lines = "lines";
    private const string Key = "key";
    private static readonly JsonNodeOptions AnyCase = new() { PropertyNameCaseInsensitive = true };
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads line by line, so that an unreadable line does not hide the others.</summary>
    public static BulkOrder Read(string body, JsonSerializerOptions json)
    {
        var errors = new List<ValidationError>();
        if (Try("", errors, json, () => Parse(body)) is not { } row)
            return new BulkOrder(null, null, errors);

        var key = Try($"/{Key}", errors, json, () => row[Key]?.Deserialize<string>(json));
        row.Remove(Key);
        List<RequestedLine?> lines = [];
        if (row[Lines] is JsonArray given)
        {
            for (var i = 0; i < given.Count; i++)
                lines.Add(Try($"/{Lines}/{i}", errors, json, () => given[i]?.Deserialize<RequestedLine>(json)));
            row[Lines] = new JsonArray();
        }

        var request = Try("", errors, json, () => row.Deserialize<OrderRequest>(json));
        return new BulkOrder(key, request is null ? null : request with { Lines = lines! }, errors);
    }

    private static JsonObject Parse(string body)
    {
        var row =
            JsonNode.Parse(body, AnyCase, Strict) as JsonObject
            ?? throw new JsonException("A row must be one JSON object.");
        // Counting reads the names, so that duplicate names fail here.
        _ = row.Count;
        return row;
    }

    private static T? Try<T>(string field, List<ValidationError> errors, JsonSerializerOptions json, Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (JsonException e)
        {
            errors.Add(
                new ValidationError(
                    Storable(field + Pointer(e.Path)),
                    Storable(RequestErrors.Explain(e, typeof(T), json))
                )
            );
        }
        catch (InvalidOperationException)
        {
            errors.Add(new ValidationError(field, "Text must not contain half of a surrogate pair."));
        }
        catch (ArgumentException)
        {
            errors.Add(new ValidationError(field, "Two names must not differ only by case."));
        }

        return null;
    }

    // An error quotes the row's own names.
    private static string Storable(string text) => text.Replace('\0', '\uFFFD');

    private static string Pointer(string? path) =>
        path is null
            ? ""
            : path.TrimStart('$')
                .Replace('.', '/')
                .Replace("[", "/", StringComparison.Ordinal)
                .Replace("]", "", StringComparison.Ordinal);
}
