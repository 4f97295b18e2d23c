using System.Text.Json;
using System.Text.Json.Nodes;
using DaprShop.Messaging;
using DaprShop.Orders.Placing;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Bulk;

/// <summary>A row as far as it can be read.</summary>
/// <param name="Key">The row's own, if it has one.</param>
/// <param name="Request">Null where there is no making sense of the row. A line that cannot be read is null.</param>
/// <param name="Complaints">About what could not be read.</param>
internal sealed record BulkOrder(string? Key, OrderRequest? Request, IReadOnlyList<ValidationError> Complaints);

/// <summary>Reads a row of a bulk file: what <c>POST /orders</c> takes, and a <c>key</c>. Pure.</summary>
internal static class BulkRowParser
{
    private const string Lines = "lines";
    private const string Key = "key";
    private static readonly JsonNodeOptions AnyCase = new() { PropertyNameCaseInsensitive = true };
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads line by line, so that one that is wrong does not hide the others.</summary>
    public static BulkOrder Read(string body, JsonSerializerOptions json)
    {
        var complaints = new List<ValidationError>();
        if (Try("", complaints, () => Parse(body)) is not { } row)
            return new BulkOrder(null, null, complaints);

        var key = Try($"/{Key}", complaints, () => row[Key]?.Deserialize<string>(json));
        row.Remove(Key);
        List<RequestedLine?> lines = [];
        if (row[Lines] is JsonArray given)
        {
            for (var i = 0; i < given.Count; i++)
                lines.Add(Try($"/{Lines}/{i}", complaints, () => given[i]?.Deserialize<RequestedLine>(json)));
            row[Lines] = new JsonArray();
        }

        var request = Try("", complaints, () => row.Deserialize<OrderRequest>(json));
        return new BulkOrder(key, request is null ? null : request with { Lines = lines! }, complaints);
    }

    private static JsonObject Parse(string body)
    {
        var row =
            JsonNode.Parse(body, AnyCase, Strict) as JsonObject ?? throw new JsonException("A row is one JSON object.");
        // Its names are read only now, and fail here rather than wherever one is asked for first.
        _ = row.Count;
        return row;
    }

    private static T? Try<T>(string field, List<ValidationError> complaints, Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (JsonException e)
        {
            complaints.Add(new ValidationError(Storable(field + Pointer(e.Path)), Storable(e.Message.Split(" Path: ")[0])));
        }
        catch (InvalidOperationException)
        {
            complaints.Add(new ValidationError(field, "Text has no half of a surrogate pair."));
        }
        catch (ArgumentException)
        {
            complaints.Add(new ValidationError(field, "No two names differ only by case."));
        }

        return null;
    }

    // A complaint quotes the row's own names.
    private static string Storable(string text) => text.Replace('\0', '\uFFFD');

    private static string Pointer(string? path) =>
        path is null
            ? ""
            : path.TrimStart('$')
                .Replace('.', '/')
                .Replace("[", "/", StringComparison.Ordinal)
                .Replace("]", "", StringComparison.Ordinal);
}
