using System.Text;
using System.Text.Json;
using EmbeddedDapr.Hosting;
using EmbeddedDapr.PubSub;

namespace EmbeddedDapr.State;

/// <summary>State over HTTP.</summary>
internal static class StateHttp
{
    public static void MapStateHttp(this WebApplication app)
    {
        var stores = app.Services.GetRequiredService<StateStores>();
        app.MapGet("/v1.0/state/{store}/{key}", async (HttpContext context, string store, string key) =>
        {
            var value = (await stores.Of(context, store).GetAsync([key], context.RequestAborted))[0].Value;
            if (value is null)
                return Results.NoContent();
            context.Response.Headers.ETag = value.ETag;
            if (value.ExpiresAt is { } expiry)
                context.Response.Headers["metadata.ttlexpiretime"] = StateService.Rfc3339(expiry);
            return Results.Bytes(value.Value, "application/json");
        });
        app.MapMethods("/v1.0/state/{store}", ["POST", "PUT"], async (HttpContext context, string store) =>
        {
            var items = await ReadAsync<Item[]>(context);
            await stores
                .Of(context, store)
                .SaveAsync([.. items.Select(item => Upsert(item, store))], context.RequestAborted);
            return Results.NoContent();
        });
        app.MapDelete(
            "/v1.0/state/{store}/{key}",
            async (HttpContext context, string store, string key, string? concurrency) =>
            {
                await stores
                    .Of(context, store)
                    .DeleteAsync(
                        [Delete(key, context.Request.Headers.IfMatch.ToString(), concurrency, store)],
                        context.RequestAborted
                    );
                return Results.NoContent();
            }
        );
        app.MapMethods("/v1.0/state/{store}/bulk", ["POST", "PUT"], async (HttpContext context, string store) =>
        {
            var values = await stores
                .Of(context, store)
                .GetAsync((await ReadAsync<BulkRequest>(context)).Keys ?? [], context.RequestAborted);
            return Results.Json(
                values.Select(v =>
                    v.Value is { } value
                        ? new BulkItem(v.Key, AsJson(value.Value), value.ETag)
                        : new BulkItem(v.Key, null, null)
                ),
                BulkItem.Json
            );
        });
        app.MapMethods("/v1.0/state/{store}/transaction", ["POST", "PUT"], async (HttpContext context, string store) =>
        {
            var operations = (await ReadAsync<TransactionRequest>(context)).Operations ?? [];
            await stores
                .Of(context, store)
                .TransactAsync(
                    [
                        .. operations.Select(o =>
                            o.Operation switch
                            {
                                "upsert" => Upsert(o.Request, store),
                                "delete" => Delete(
                                    o.Request.Key ?? "",
                                    o.Request.ETag,
                                    o.Request.Options?.Concurrency,
                                    store
                                ),
                                _ => throw StateStores.UnknownOperation(o.Operation),
                            }
                        ),
                    ],
                    context.RequestAborted
                );
            return Results.NoContent();
        });
    }

    private static StateOperation Upsert(Item item, string store)
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

    // Saved over gRPC, a value need not be JSON.
    private static JsonElement AsJson(byte[] value) =>
        CloudEvents.IsJson(value)
            ? JsonElement.Parse(value)
            : JsonSerializer.SerializeToElement(Encoding.UTF8.GetString(value));

    private sealed record Item(
        string? Key,
        JsonElement Value,
        string? ETag,
        Dictionary<string, string>? Metadata,
        Options? Options
    );

    private sealed record Options(string? Concurrency);

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

    private sealed record TransactionOperation(string Operation, Item Request);
}
