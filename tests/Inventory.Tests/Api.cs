using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Tests;

/// <summary>An operator's way to stock.</summary>
internal sealed class Api(HttpClient caller, InventoryDatabase database)
{
    /// <summary>As services write to each other.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static string New() => Guid.CreateVersion7().ToString();

    /// <summary>A new item without stock.</summary>
    public async Task<string> ItemAsync(int backorderLimit = 0, int? maxPerCustomer = null, int? lowStockAt = null)
    {
        var sku = New();
        (
            await SendAsync(
                "PUT",
                $"items/{sku}",
                new
                {
                    name = "Thing",
                    price = 1,
                    backorderLimit,
                    maxPerCustomer,
                    lowStockAt,
                }
            )
        ).Status.Should().Be(200);
        return sku;
    }

    /// <summary>A new item with so many units at each location.</summary>
    public async Task<string> StockedAsync(params (string Location, int Quantity)[] stock)
    {
        var sku = await ItemAsync();
        foreach (var (location, quantity) in stock)
            await DoAsync(
                $"stock/{sku}/receipts",
                new
                {
                    quantity,
                    reason = "test",
                    location,
                }
            );
        return sku;
    }

    /// <summary>A change that must succeed.</summary>
    public async Task<JsonElement> DoAsync(string path, object body)
    {
        var reply = await SendAsync("POST", path, body);
        reply.Status.Should().Be(200, reply.Text);
        return reply.Body;
    }

    public async Task<ReserveOutcome> ReserveAsync(params (string Sku, int Quantity)[] lines)
    {
        var outcomes = await DoAsync(
            "reservations",
            new ReserveRequest([
                new ReserveOrder(Guid.CreateVersion7(), [.. lines.Select(l => new OrderedUnits(l.Sku, l.Quantity))]),
            ])
        );
        var outcome = outcomes.GetProperty("outcomes")[0];
        return new ReserveOutcome(
            outcome.GetProperty("orderId").GetGuid(),
            Enum.Parse<ReservationState>(outcome.GetProperty("state").GetString()!, ignoreCase: true),
            [.. outcome.GetProperty("shortages").Deserialize<List<Shortage>>(JsonSerializerOptions.Web)!]
        );
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        var reply = await SendAsync("GET", path);
        reply.Status.Should().Be(200, reply.Text);
        return reply.Body;
    }

    /// <summary>The stock of a SKU, at its current version.</summary>
    public async Task<JsonElement> StockAsync(string sku)
    {
        var version = await database.NumberAsync(
            $"select coalesce(sum(sequence), 0)::bigint from levels where sku = '{sku}'"
        );
        return await GetAsync($"stock/{sku}?minVersion={version}");
    }

    public Task<Reply> SendAsync(string method, string path, object? body = null) =>
        SendAsync(method, path, body, New());

    public async Task<Reply> SendAsync(string method, string path, object? body, string? key)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = method == "GET" ? null : JsonContent.Create(body, options: Json),
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        using var response = await caller.SendAsync(request);
        return new Reply(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Headers.Contains(IdempotencyKey.ReplayedHeader)
        );
    }
}

internal sealed record Reply(int Status, string Text, bool Replayed)
{
    public JsonElement Body { get; } = Text.Length == 0 ? default : JsonDocument.Parse(Text).RootElement;

    /// <summary>What kind of problem it is.</summary>
    public string Kind => Body.GetProperty("type").GetString()!.Split(':')[^1];
}

internal static class Json
{
    public static long Number(this JsonElement element, string name) => element.GetProperty(name).GetInt64();

    public static string? Text(this JsonElement element, string name) => element.GetProperty(name).GetString();

    public static IEnumerable<JsonElement> List(this JsonElement element, string name) =>
        element.GetProperty(name).EnumerateArray();
}
