using System.Text;
using System.Text.Json;
using EmbeddedDapr.Hosting;
using EmbeddedDapr.PubSub;

namespace EmbeddedDapr.State;

/// <summary>Handlers of Dapr's HTTP API for state.</summary>
internal static class StateEndpoints
{
    public static async Task<IResult> GetAsync(string store, string key, HttpContext context, StateStores stores)
    {
        var value = (await stores.Of(context, store).GetAsync([key], context.RequestAborted))[0].Value;
        if (value is null)
            return Results.NoContent();
        context.Response.Headers.ETag = value.ETag;
        if (value.ExpiresAt is { } expiry)
            context.Response.Headers["metadata.ttlexpiretime"] = StateService.Rfc3339(expiry);
        return Results.Bytes(value.Value, "application/json");
    }

    public static async Task<IResult> SaveAsync(string store, HttpContext context, StateStores stores)
    {
        var items = await ReadAsync<SavedItem[]>(context);
        await stores
            .Of(context, store)
            .SaveAsync([.. items.Select(item => Upsert(item, store))], context.RequestAborted);
        return Results.NoContent();
    }

    public static async Task<IResult> DeleteAsync(
        string store,
        string key,
        string? concurrency,
        HttpContext context,
        StateStores stores
    )
    {
        var delete = Delete(key, context.Request.Headers.IfMatch.ToString(), concurrency, store);
        await stores.Of(context, store).DeleteAsync([delete], context.RequestAborted);
        return Results.NoContent();
    }

    public static async Task<IResult> GetBulkAsync(string store, HttpContext context, StateStores stores)
    {
        var keys = (await ReadAsync<BulkRequest>(context)).Keys ?? [];
        var values = await stores.Of(context, store).GetAsync(keys, context.RequestAborted);
        return Results.Json(
            values.Select(v =>
                v.Value is { } value
                    ? new BulkItem(v.Key, AsJson(value.Value), value.ETag)
                    : new BulkItem(v.Key, null, null)
            ),
            BulkItem.Json
        );
    }

    public static async Task<IResult> TransactAsync(string store, HttpContext context, StateStores stores)
    {
        var operations = (await ReadAsync<TransactionRequest>(context)).Operations ?? [];
        await stores
            .Of(context, store)
            .TransactAsync([.. operations.Select(o => Operation(o, store))], context.RequestAborted);
        return Results.NoContent();
    }

    private static StateOperation Operation(TransactionOperation operation, string store) =>
        operation.Operation switch
        {
            "upsert" => Upsert(operation.Request, store),
            "delete" => Delete(
                operation.Request.Key ?? "",
                operation.Request.ETag,
                operation.Request.Options?.Concurrency,
                store
            ),
            _ => throw StateStores.UnknownOperation(operation.Operation),
        };

    private static StateOperation Upsert(SavedItem item, string store)
    {
        var value = item.Value.ValueKind == JsonValueKind.Undefined ? "null" : item.Value.GetRawText();
        return Operation(
            item.Key ?? "",
            Encoding.UTF8.GetBytes(value),
            item.ETag,
            item.Options?.Concurrency,
            item.Metadata,
            store
        );
    }

    private static StateOperation Delete(string key, string? etag, string? concurrency, string store) =>
        Operation(key, null, etag, concurrency, null, store);

    private static StateOperation Operation(
        string key,
        byte[]? value,
        string? etag,
        string? concurrency,
        Dictionary<string, string>? metadata,
        string store
    )
    {
        try
        {
            return StateOperation.Of(key, value, etag, concurrency, metadata);
        }
        catch (FormatException e)
        {
            throw StateStores.BadSetting(store, e);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpContext context)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(
                context.Request.Body,
                JsonSerializerOptions.Web,
                context.RequestAborted
            ) ?? throw new JsonException("The body is null.");
        }
        catch (JsonException e)
        {
            throw ApiException.Malformed(e.Message);
        }
    }

    // A value saved over gRPC may be other than JSON.
    private static JsonElement AsJson(byte[] value) =>
        CloudEvents.IsJson(value)
            ? JsonElement.Parse(value)
            : JsonSerializer.SerializeToElement(Encoding.UTF8.GetString(value));

    private sealed record SavedItem(
        string? Key,
        JsonElement Value,
        string? ETag,
        Dictionary<string, string>? Metadata,
        SaveOptions? Options
    );

    private sealed record SaveOptions(string? Concurrency);

    private sealed record BulkRequest(List<string>? Keys);

    private sealed record BulkItem(string Key, JsonElement? Data, string? ETag)
    {
        public static JsonSerializerOptions Json { get; } =
            new()
            {
                PropertyNamingPolicy = LowerCase.Instance,
                DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
            };
    }

    private sealed class LowerCase : JsonNamingPolicy
    {
        public static LowerCase Instance { get; } = new();

        public override string ConvertName(string name) => name.ToLowerInvariant();
    }

    private sealed record TransactionRequest(List<TransactionOperation>? Operations);

    private sealed record TransactionOperation(string Operation, SavedItem Request);
}
