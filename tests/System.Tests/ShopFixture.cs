using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.TestKit;

namespace DaprShop.SystemTests;

/// <summary>A running shop with an operator and two customers.</summary>
public sealed class ShopFixture : IAsyncLifetime
{
    public LiveShop Shop { get; private set; } = null!;

    public HttpClient Olga { get; private set; } = null!;

    public HttpClient Alice { get; private set; } = null!;

    public HttpClient Bob { get; private set; } = null!;

    /// <summary>Starts a shop on a runtime, a broker and a store.</summary>
    public static async Task<ShopFixture> OfAsync(string runtime, string? broker, string? store)
    {
        var fixture = new ShopFixture { Shop = await LiveShop.UpAsync(runtime, broker, store) };
        await fixture.SignInAsync();
        return fixture;
    }

    public async ValueTask InitializeAsync()
    {
        Shop = await LiveShop.UpAsync();
        await SignInAsync();
    }

    private async Task SignInAsync()
    {
        (Olga, Alice, Bob) = (
            await Shop.AsAsync("operator", "olga"),
            await Shop.AsAsync("customer", "alice"),
            await Shop.AsAsync("customer", "bob")
        );
    }

    public ValueTask DisposeAsync() => Shop?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>A new item with <paramref name="units"/> on hand.</summary>
    public async Task<string> CreateItemAsync(int units, decimal price = 4.25m)
    {
        var sku = $"sku-{Guid.CreateVersion7():N}";
        (await SendAsync(Olga, HttpMethod.Put, $"items/{sku}", new { name = "Mug", price })).EnsureSuccessStatusCode();
        if (units > 0)
            (
                await SendAsync(
                    Olga,
                    HttpMethod.Post,
                    $"stock/{sku}/receipts",
                    new { quantity = units, reason = "opening" }
                )
            ).EnsureSuccessStatusCode();
        return sku;
    }

    public static Task<HttpResponseMessage> OrderAsync(
        HttpClient client,
        string sku,
        int quantity = 1,
        string token = "tok_ok",
        string? key = null
    ) =>
        SendAsync(
            client,
            HttpMethod.Post,
            "orders",
            new { lines = new[] { new { sku, quantity } }, payment = new { token } },
            key
        );

    public static Task<HttpResponseMessage> SendAsync(
        HttpClient client,
        HttpMethod method,
        string path,
        object body,
        string? key = null
    ) => SendAsync(client, method, path, JsonContent.Create(body), key);

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client,
        HttpMethod method,
        string path,
        HttpContent content,
        string? key
    )
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("Idempotency-Key", key ?? Guid.CreateVersion7().ToString());
        return await client.SendAsync(request);
    }

    /// <summary>Repeats a request with one key until the response is not a server error.</summary>
    /// <param name="mayRefuse">True if a repetition may be rejected because the first request was executed.</param>
    public static Task<JsonElement> SendUntilAnsweredAsync(
        HttpClient client,
        HttpMethod method,
        string path,
        object body,
        bool mayRefuse = false
    ) => SendUntilAnsweredAsync(client, method, path, () => JsonContent.Create(body), mayRefuse);

    /// <summary>The same with any content, created for each attempt.</summary>
    public static async Task<JsonElement> SendUntilAnsweredAsync(
        HttpClient client,
        HttpMethod method,
        string path,
        Func<HttpContent> content,
        bool mayRefuse = false
    )
    {
        var key = Guid.CreateVersion7().ToString();
        JsonElement answer = default;
        await Wait.UntilAsync(
            async () =>
            {
                try
                {
                    using var response = await SendAsync(client, method, path, content(), key);
                    if ((int)response.StatusCode >= 500)
                        return false;
                    (response.IsSuccessStatusCode || mayRefuse)
                        .Should()
                        .BeTrue($"{path} says {await response.Content.ReadAsStringAsync()}");
                    answer = await response.Content.ReadFromJsonAsync<JsonElement>();
                    return true;
                }
                catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
                {
                    return false;
                }
            },
            $"{method} {path} is answered"
        );
        return answer;
    }

    /// <summary>The response; null if the request fails or times out because a process is down.</summary>
    public static async Task<JsonElement?> GetOrNullAsync(HttpClient client, string path)
    {
        try
        {
            using var answer = await client.GetAsync(path);
            return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonElement>() : null;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>Waits until the available quantity of a SKU is <paramref name="units"/>.</summary>
    public static Task WaitForAvailableAsync(HttpClient client, string sku, long units, string when) =>
        Wait.UntilAsync(
            async () =>
                (await GetOrNullAsync(client, $"stock/{sku}"))?.GetProperty("total").GetProperty("available").GetInt64()
                == units,
            $"{units} of {sku} are available: {when}"
        );

    /// <summary>Waits until the order has one of the statuses, and returns it.</summary>
    public static async Task<JsonElement> WaitForStatusAsync(HttpClient client, Guid id, params string[] statuses)
    {
        JsonElement order = default;
        await Wait.UntilAsync(
            async () =>
            {
                order = await client.GetFromJsonAsync<JsonElement>($"orders/{id}");
                return statuses.Contains(order.GetProperty("status").GetString());
            },
            $"order {id} becomes {string.Join(" or ", statuses)}"
        );
        return order;
    }

    public static async Task<Guid> IdAsync(HttpResponseMessage accepted)
    {
        accepted.StatusCode.Should().Be(HttpStatusCode.Accepted, await accepted.Content.ReadAsStringAsync());
        return (await accepted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    public async Task<long> AvailableAsync(string sku) =>
        (await Olga.GetFromJsonAsync<JsonElement>($"stock/{sku}"))
            .GetProperty("total")
            .GetProperty("available")
            .GetInt64();

    public async Task<int> OrdersAsync() =>
        (await Olga.GetFromJsonAsync<JsonElement>("ops/orders/summary"))
            .GetProperty("byStatus")
            .EnumerateObject()
            .Sum(s => s.Value.GetInt32());
}
