using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace DaprShop.Shop.Gateway;

/// <summary>
/// Sends an operator's requests to the gateway and survives every failure of the shop: a request without a final
/// response is repeated, with the same idempotency key, until it gets one.
/// </summary>
internal sealed class GatewayClient : IDisposable
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(2);
    private readonly HttpClient _http;
    private readonly string _address;
    private int _repeated;

    public GatewayClient(string address, string token)
    {
        _address = address;
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) })
        {
            BaseAddress = new Uri(address),
            Timeout = RequestTimeout,
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>The number of repeated requests.</summary>
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
                if (!IsTransient(response.StatusCode))
                    throw new ShopException(
                        $"{method} {path} was rejected with status {(int)response.StatusCode}: "
                            + await response.Content.ReadAsStringAsync(cancel)
                    );
            }
            catch (Exception failure)
                when (failure is HttpRequestException or IOException or JsonException or OperationCanceledException
                    && !cancel.IsCancellationRequested
                )
            {
                if (
                    _repeated == 0
                    && failure is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
                )
                    await Console.Error.WriteLineAsync(
                        $"The gateway does not answer at {_address}. Retrying until it does. If the shop is down, "
                            + "start it with `./shop up --detach`; if it is up, `./shop status` shows the problem."
                    );
            }

            Interlocked.Increment(ref _repeated);
            await DelayRetryAsync(attempt, cancel);
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

    private static bool IsTransient(HttpStatusCode status) =>
        status
            is HttpStatusCode.RequestTimeout
                or HttpStatusCode.TooManyRequests
                or >= HttpStatusCode.InternalServerError;

    // Randomised, so that requests that failed together are not repeated together.
    private static Task DelayRetryAsync(int attempt, CancellationToken cancel) =>
        Task.Delay(
            TimeSpan.FromMilliseconds(
                Math.Min(MaxRetryDelay.TotalMilliseconds, 50 << Math.Min(attempt, 10))
                    * (0.5 + (Random.Shared.NextDouble() / 2))
            ),
            cancel
        );
}
