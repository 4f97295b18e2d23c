using System.Net.Http.Headers;
using DaprShop.Contracts;
using DaprShop.Gateway.Sidecar;
using DaprShop.ServiceDefaults;
using Polly;
using Polly.Timeout;

namespace DaprShop.Gateway.BulkUpload;

/// <summary>Calls the bulk routes of Orders through the sidecar, with the client's token and Idempotency-Key.</summary>
internal sealed class BulkOrdersClient(DaprSidecar sidecar, IHttpClientFactory clients, TimeProvider time)
{
    /// <summary>Name of the HTTP client that retries.</summary>
    public const string UploadClient = "bulk-upload";

    /// <summary>Name of the HTTP client that does not retry: an open stream asks again.</summary>
    public const string ProgressClient = "bulk-progress";

    /// <summary>How long Orders may take to respond to one attempt.</summary>
    public static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(30);

    private static readonly HttpRequestOptionsKey<long> Start = new("start");
    private static readonly string[] ForwardedHeaders = ["Authorization", "Idempotency-Key"];

    /// <summary>Posts, with retries, and returns a response that is not a server error.</summary>
    /// <exception cref="ProblemException">
    /// 503: there was no such response within <see cref="BulkUploadOptions.RetryDuration"/>.
    /// </exception>
    public async Task<HttpResponseMessage> PostAsync(HttpContext context, string path, byte[]? json)
    {
        using var request = CreateRequest(context, HttpMethod.Post, path);
        if (json is not null)
            request.Content = new ByteArrayContent(json)
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            };
        return await SendAsync(UploadClient, request, context)
            ?? throw new ProblemException(
                Problems.Of(
                    503,
                    "unavailable",
                    "Temporarily unavailable",
                    $"The service {Apps.Orders} does not respond. The rows received so far are stored. "
                        + "Send the same file again, with the same Idempotency-Key.",
                    ("service", Apps.Orders)
                )
            );
    }

    /// <summary>Timestamp at which the first attempt of a request began.</summary>
    public static long StartOf(ResilienceContext context) =>
        context.GetRequestMessage()!.Options.TryGetValue(Start, out var start) ? start : 0;

    /// <summary>Gets once; null where Orders is unavailable.</summary>
    public async Task<HttpResponseMessage?> GetAsync(HttpContext context, string path)
    {
        using var request = CreateRequest(context, HttpMethod.Get, path);
        return await SendAsync(ProgressClient, request, context);
    }

    private async Task<HttpResponseMessage?> SendAsync(string client, HttpRequestMessage request, HttpContext context)
    {
        try
        {
            using var http = clients.CreateClient(client);
            var response = await http.SendAsync(request, context.RequestAborted);
            if ((int)response.StatusCode < 500)
                return response;
            response.Dispose();
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutRejectedException)
        {
            return null;
        }
    }

    private HttpRequestMessage CreateRequest(HttpContext context, HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, $"{sidecar.InvocationUrl(Apps.Orders)}/{path}");
        request.Options.Set(Start, time.GetTimestamp());
        foreach (var name in ForwardedHeaders.Where(context.Request.Headers.ContainsKey))
            request.Headers.TryAddWithoutValidation(name, context.Request.Headers[name].ToString());
        return request;
    }
}
