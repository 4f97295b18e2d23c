using System.Net.Http.Headers;
using System.Text.Json;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.Actors;

/// <summary>Calls actors on the replica where they are active, one call per actor at a time.</summary>
internal sealed class ActorInvoker(
    ActorDirectory directory,
    ActorAppClient apps,
    TimeProvider clock,
    ILogger<ActorInvoker> logger
)
{
    public const string Reentrancy = "Dapr-Reentrancy-Id";

    /// <summary>Dapr's built-in retry policy for calls that reach no replica.</summary>
    private const int MaxAttempts = 4;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DeactivationTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Calls the actor, and reads the response while holding the actor's turn.</summary>
    /// <param name="build">Builds the request below the actor's URI, once per attempt.</param>
    /// <param name="read">Reads the app's response.</param>
    /// <exception cref="ActorUnreachableException">No reachable app hosts the actor type.</exception>
    public async Task<T> CallAsync<T>(
        string type,
        string id,
        string? reentrancyId,
        Func<Uri, HttpRequestMessage> build,
        Func<HttpResponseMessage, Task<T>> read,
        CancellationToken cancellationToken
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await directory.FindAsync(type, id, cancellationToken) is { } actor)
            {
                var isHeld = await actor.AcquireAsync(reentrancyId, cancellationToken);
                try
                {
                    if (actor.IsRemoved)
                        continue;
                    using var request = build(new Uri(actor.Host.Sidecar.AppAddress, actor.Key.Path + "/"));
                    using var response = await apps.SendAsync(actor.Host.Sidecar, request, cancellationToken);
                    return await read(response);
                }
                catch (Exception e) when (AppClient.IsUnreachable(e))
                {
                    logger.LogActorHostLost(actor.Host.Sidecar.Instance, e.Message);
                    directory.MarkUnreachable(actor.Host.Sidecar);
                }
                finally
                {
                    if (isHeld)
                        actor.Release(clock.GetUtcNow());
                }
            }

            if (attempt >= MaxAttempts)
                throw new ActorUnreachableException(
                    $"did not find address for actor {type}/{id}: no reachable app hosts the type {type}"
                );
            await Task.Delay(RetryDelay, clock, cancellationToken);
        }
    }

    /// <summary>Fires a reminder (<c>remind</c>) or timer (<c>timer</c>).</summary>
    /// <returns>False when the app did not handle it.</returns>
    public async Task<bool> FireAsync(
        string kind,
        string type,
        string id,
        string name,
        byte[] body,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await CallAsync(
                type,
                id,
                reentrancyId: null,
                actor =>
                    new(HttpMethod.Put, new Uri(actor, $"method/{kind}/{Uri.EscapeDataString(name)}"))
                    {
                        Content = new ByteArrayContent(body)
                        {
                            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
                        },
                    },
                async response =>
                {
                    if (!response.IsSuccessStatusCode)
                        logger.LogActorCallbackFailed(
                            kind,
                            type,
                            id,
                            name,
                            $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}"
                        );
                    return response.IsSuccessStatusCode;
                },
                cancellationToken
            );
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogActorCallbackFailed(kind, type, id, name, e.Message);
            return false;
        }
    }

    public static byte[] Body(ActorCallback callback) => JsonSerializer.SerializeToUtf8Bytes(callback);

    /// <summary>Deactivates an actor, unless a call holds its turn.</summary>
    public async Task DeactivateAsync(ActiveActor actor, CancellationToken cancellationToken)
    {
        if (!actor.TryAcquire())
            return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(DeactivationTimeout);
        try
        {
            using var response = await apps.SendAsync(
                actor.Host.Sidecar,
                new(HttpMethod.Delete, new Uri(actor.Host.Sidecar.AppAddress, actor.Key.Path)),
                limit.Token
            );
        }
        catch (Exception e)
            when (e is HttpRequestException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            // The app has stopped, and its actors with it.
            logger.LogActorHostLost(actor.Host.Sidecar.Instance, e.Message);
        }
        finally
        {
            directory.Remove(actor);
            actor.Release(clock.GetUtcNow());
        }
    }
}

/// <summary>No reachable app hosts the actor's type.</summary>
internal sealed class ActorUnreachableException(string message) : Exception(message);
