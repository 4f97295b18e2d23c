using System.Net.Http.Headers;
using System.Text.Json;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.Actors;

/// <summary>Calls actors, one call at a time each, on the replica where they live.</summary>
internal sealed class ActorCalls(
    ActorDirectory directory,
    ActorApps apps,
    TimeProvider clock,
    ILogger<ActorCalls> logger
)
{
    public const string Reentrancy = "Dapr-Reentrancy-Id";

    /// <summary>Dapr's built-in policy for calls that reach nobody.</summary>
    private const int Attempts = 4;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan GoodBye = TimeSpan.FromSeconds(5);

    /// <summary>Calls, and reads the answer while the actor's turn lasts.</summary>
    /// <param name="build">Builds the request to a path under the actor's own; again for each attempt.</param>
    /// <param name="read">Gets the app's answer.</param>
    /// <exception cref="ActorUnreachableException">Nobody who answers hosts the type.</exception>
    public async Task<T> CallAsync<T>(
        string type,
        string id,
        string? chain,
        Func<Uri, HttpRequestMessage> build,
        Func<HttpResponseMessage, Task<T>> read,
        CancellationToken cancellationToken
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await directory.FindAsync(type, id, cancellationToken) is { } actor)
            {
                var hasEntered = await actor.EnterAsync(chain, cancellationToken);
                try
                {
                    if (actor.IsGone)
                        continue;
                    using var request = build(new Uri(actor.Host.Sidecar.AppAddress, actor.Key.Path + "/"));
                    using var response = await apps.SendAsync(actor.Host.Sidecar, request, cancellationToken);
                    return await read(response);
                }
                catch (Exception e) when (AppClient.IsAway(e))
                {
                    logger.LogActorHostLost(actor.Host.Sidecar.Instance, e.Message);
                    directory.Lost(actor.Host.Sidecar);
                }
                finally
                {
                    if (hasEntered)
                        actor.Leave(clock.GetUtcNow());
                }
            }

            if (attempt >= Attempts)
                throw new ActorUnreachableException(
                    $"did not find address for actor {type}/{id}: no app that answers hosts the type {type}"
                );
            await Task.Delay(Between, clock, cancellationToken);
        }
    }

    /// <summary>Fires a reminder (<c>remind</c>) or timer (<c>timer</c>).</summary>
    /// <returns>False when the app did not take it.</returns>
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
                chain: null,
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

    public static byte[] Body(Callback callback) => JsonSerializer.SerializeToUtf8Bytes(callback);

    /// <summary>Deactivates an actor, unless it is in use after all.</summary>
    public async Task DeactivateAsync(Actor actor, CancellationToken cancellationToken)
    {
        if (!actor.TryEnter())
            return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(GoodBye);
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
            // The actor went with its app.
            logger.LogActorHostLost(actor.Host.Sidecar.Instance, e.Message);
        }
        finally
        {
            directory.Remove(actor);
            actor.Leave(clock.GetUtcNow());
        }
    }
}

/// <summary>Nobody who answers hosts the actor's type.</summary>
internal sealed class ActorUnreachableException(string message) : Exception(message);
