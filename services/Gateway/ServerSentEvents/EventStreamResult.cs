using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace DaprShop.Gateway.ServerSentEvents;

/// <summary>
/// Writes server-sent events, for every stream of the shop (ADR 21). Each event is flushed at once. While none is due,
/// a comment is sent as heartbeat, so that no proxy closes the connection as idle. The stream ends with <paramref
/// name="events"/>, when the client disconnects, or when the gateway stops; in the last two cases <paramref
/// name="events"/> is cancelled.
/// </summary>
internal sealed class EventStreamResult(IAsyncEnumerable<ServerSentEvent> events) : IResult, IEndpointMetadataProvider
{
    private const string MediaType = "text/event-stream";
    private const string Heartbeat = ":\n\n";

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), [MediaType]));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        var options = services.GetRequiredService<StreamOptions>();
        var time = services.GetRequiredService<TimeProvider>();
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
        var response = httpContext.Response;
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-cache, no-transform";
        response.Headers["X-Accel-Buffering"] = "no";
        httpContext.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        try
        {
            await WriteAsync(response, Format(options.ReconnectDelay));
            await WriteAllAsync(response, options.HeartbeatInterval, time, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // A client that reconnects sends the id of its last event.
        }
    }

    private async Task WriteAllAsync(
        HttpResponse response,
        TimeSpan heartbeatInterval,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        await using var reader = events.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            // Awaited to its end even when cancelled: an enumerator must not be disposed while it is moving.
            var next = reader.MoveNextAsync().AsTask();
            while (!next.IsCompleted)
            {
                await ((Task)next)
                    .WaitAsync(heartbeatInterval, time, CancellationToken.None)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!next.IsCompleted)
                    await WriteAsync(response, Heartbeat);
            }

            if (!await next)
                return;
            await WriteAsync(response, Format(reader.Current));
        }
    }

    private static string Format(TimeSpan reconnectDelay) =>
        string.Create(CultureInfo.InvariantCulture, $"retry: {reconnectDelay.TotalMilliseconds:F0}\n\n");

    private static string Format(ServerSentEvent next) => $"id: {next.Id}\nevent: {next.Type}\ndata: {next.Data}\n\n";

    // Without a token: the enumerator notices a client that disconnected, and writing to it has no effect.
    private static async Task WriteAsync(HttpResponse response, string text)
    {
        await response.WriteAsync(text, Encoding.UTF8, CancellationToken.None);
        await response.Body.FlushAsync(CancellationToken.None);
    }
}
