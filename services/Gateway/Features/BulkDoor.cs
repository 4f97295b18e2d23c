using System.Net.Http.Headers;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Gateway.Features;

/// <summary>
/// Orders' routes for bulk jobs, by way of the sidecar. All may be repeated, so what is away for a moment costs an upload nothing but the moment:
/// <c>Bulk:PatienceSeconds</c>, 60 by default.
/// </summary>
internal sealed class BulkDoor(Sidecar sidecar, IConfiguration configuration, TimeProvider time)
{
    private static readonly string[] Passed = ["Authorization", "Idempotency-Key"];
    private static readonly TimeSpan PerAttempt = TimeSpan.FromSeconds(30);
    private readonly TimeSpan _patience = TimeSpan.FromSeconds(configuration.GetValue("Bulk:PatienceSeconds", 60d));

    /// <summary>Posts, in the caller's name, until there is an answer that is final.</summary>
    /// <exception cref="ProblemException">503: there was none in all that time.</exception>
    public async Task<HttpResponseMessage> PostAsync(HttpContext context, string path, byte[]? json)
    {
        var started = time.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(50); ; pause = pause < TimeSpan.FromSeconds(1) ? pause * 2 : pause)
        {
            if (await AskAsync(context, HttpMethod.Post, path, json) is { } answer)
                return answer;
            if (time.GetElapsedTime(started) > _patience)
            {
                throw new ProblemException(
                    Problems.Of(
                        503,
                        "unavailable",
                        "Not available right now",
                        "Orders is away. What has been received is kept: send the same file again, with the same Idempotency-Key.",
                        ("service", Apps.Orders)
                    )
                );
            }

            await Task.Delay(pause, time, context.RequestAborted);
        }
    }

    /// <summary>Asks once, in the caller's name; null where nobody answers, or not finally.</summary>
    public async Task<HttpResponseMessage?> AskAsync(
        HttpContext context,
        HttpMethod method,
        string path,
        byte[]? json = null
    )
    {
        using var late = new CancellationTokenSource(PerAttempt, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, late.Token);
        try
        {
            var response = await sidecar.Client.SendAsync(Request(context, method, path, json), patience.Token);
            if ((int)response.StatusCode < 500)
                return response;
            response.Dispose();
            return null;
        }
        catch (Exception e)
            when (e is HttpRequestException or OperationCanceledException
                && !context.RequestAborted.IsCancellationRequested
            )
        {
            return null;
        }
    }

    /// <summary>Answers the caller with what Orders answered.</summary>
    public static async Task PassOnAsync(HttpResponseMessage answer, HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = (int)answer.StatusCode;
        response.ContentType = answer.Content.Headers.ContentType?.ToString();
        if (answer.Headers.Location is { } location)
            response.Headers.Location = location.ToString();
        await answer.Content.CopyToAsync(response.Body, context.RequestAborted);
    }

    private HttpRequestMessage Request(HttpContext context, HttpMethod method, string path, byte[]? json)
    {
        var request = new HttpRequestMessage(method, $"{sidecar.MethodsOf(Apps.Orders)}/{path}");
        foreach (var name in Passed.Where(context.Request.Headers.ContainsKey))
            request.Headers.TryAddWithoutValidation(name, context.Request.Headers[name].ToString());
        if (sidecar.ApiToken is { } token)
            request.Headers.Add("dapr-api-token", token);
        if (json is not null)
            request.Content = new ByteArrayContent(json)
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            };
        return request;
    }
}
