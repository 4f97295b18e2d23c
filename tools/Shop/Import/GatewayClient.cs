using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Shop.Infrastructure;

namespace DaprShop.Shop.Import;

/// <summary>
/// An operator's way to the gateway that outlasts every failure of the shop: what got no final answer is sent again, with the same
/// idempotency key, until it gets one.
/// </summary>
internal sealed class GatewayClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private readonly HttpClient _http;
    private readonly string _address;
    private int _repeated;

    public GatewayClient(string address, string token)
    {
        _address = address;
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) })
        {
            BaseAddress = new Uri(address),
            Timeout = Patience,
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Requests that had to be sent again.</summary>
    public int Repeated => _repeated;

    public Task<T> GetAsync<T>(string path, CancellationToken cancel) =>
        SendAsync<T>(HttpMethod.Get, path, null, null, cancel);

    public Task<T> PostAsync<T>(string path, object body, string? key, CancellationToken cancel) =>
        SendAsync<T>(HttpMethod.Post, path, body, key, cancel);

    public Task<T> PutAsync<T>(string path, object body, string? key, CancellationToken cancel) =>
        SendAsync<T>(HttpMethod.Put, path, body, key, cancel);

    public void Dispose() => _http.Dispose();

    private async Task<T> SendAsync<T>(
        HttpMethod method,
        string path,
        object? body,
        string? key,
        CancellationToken cancel
    )
    {
        var bytes = body is null ? null : JsonSerializer.SerializeToUtf8Bytes(body, JsonSerializerOptions.Web);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var request = Request(method, path, bytes, key);
                using var response = await _http.SendAsync(request, cancel);
                if (response.IsSuccessStatusCode)
                    return (await response.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, cancel))!;
                if (!IsPassing(response.StatusCode))
                    throw new ShopException(
                        $"{method} {path} was refused with {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancel)}"
                    );
            }
            catch (Exception away)
                when (away is HttpRequestException or IOException or JsonException or OperationCanceledException
                    && !cancel.IsCancellationRequested
                )
            {
                if (
                    _repeated == 0
                    && away is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
                )
                    await Console.Error.WriteLineAsync(
                        $"Nobody answers at {_address}; trying until somebody does. `./shop status` tells what is wrong, `./shop up --detach` starts the shop."
                    );
            }

            Interlocked.Increment(ref _repeated);
            await PauseAsync(attempt, cancel);
        }
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, byte[]? body, string? key)
    {
        var request = new HttpRequestMessage(method, path);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        if (body is not null)
            request.Content = new ByteArrayContent(body)
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            };
        return request;
    }

    private static bool IsPassing(HttpStatusCode status) =>
        status
            is HttpStatusCode.RequestTimeout
                or HttpStatusCode.TooManyRequests
                or >= HttpStatusCode.InternalServerError;

    // Random, so that those who were interrupted together do not all come back together.
    private static Task PauseAsync(int attempt, CancellationToken cancel) =>
        Task.Delay(
            TimeSpan.FromMilliseconds(
                Math.Min(LongestPause.TotalMilliseconds, 50 << Math.Min(attempt, 10))
                    * (0.5 + (Random.Shared.NextDouble() / 2))
            ),
            cancel
        );
}
