using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace DaprShop.Gateway.Streams;

/// <summary>
/// Answers with server-sent events: each is sent at once, and a comment now and then where there is none, so that no proxy takes the silence for
/// death. Ends with <paramref name="events"/>, or when the client goes or the gateway stops; <paramref name="events"/> is cancelled then.
/// </summary>
internal sealed class EventStream(IAsyncEnumerable<StreamEvent> events) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        var (settings, time) = (
            services.GetRequiredService<StreamSettings>(),
            services.GetRequiredService<TimeProvider>()
        );
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-transform";
        response.Headers["X-Accel-Buffering"] = "no";
        httpContext.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        try
        {
            await WriteAsync(
                response,
                string.Create(CultureInfo.InvariantCulture, $"retry: {settings.Retry.TotalMilliseconds:F0}\n\n")
            );
            await WriteAllAsync(response, settings.Heartbeat, time, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Whoever comes again says what it had.
        }
    }

    private async Task WriteAllAsync(
        HttpResponse response,
        TimeSpan heartbeat,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        await using var reader = events.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            // Waited for to its end even when cancelled: a reader that still reads cannot be disposed of.
            var next = reader.MoveNextAsync().AsTask();
            while (!next.IsCompleted)
            {
                await ((Task)next)
                    .WaitAsync(heartbeat, time, CancellationToken.None)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!next.IsCompleted)
                    await WriteAsync(response, ":\n\n");
            }

            if (!await next)
                return;
            await WriteAsync(
                response,
                $"id: {reader.Current.Id}\nevent: {reader.Current.Type}\ndata: {reader.Current.Data}\n\n"
            );
        }
    }

    // Without a token: a client that has gone is noticed by the reader, and writing to it does nothing.
    private static async Task WriteAsync(HttpResponse response, string text)
    {
        await response.WriteAsync(text, Encoding.UTF8, CancellationToken.None);
        await response.Body.FlushAsync(CancellationToken.None);
    }
}
