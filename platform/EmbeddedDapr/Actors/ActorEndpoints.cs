using System.Text.Json;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.Actors;

/// <summary>Handlers of Dapr's HTTP API for actors.</summary>
internal static class ActorEndpoints
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly HashSet<string> NotForwarded = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host",
        "Connection",
        "Transfer-Encoding",
        "Keep-Alive",
        "Upgrade",
        "dapr-api-token",
    };

    public static async Task InvokeAsync(string type, string id, string method, HttpContext context, ActorInvoker calls)
    {
        var body = await ReadAsync(context);
        // The app forwards this id in the calls that it makes while it handles this one.
        if (context.Request.Headers[ActorInvoker.Reentrancy].Count == 0)
            context.Request.Headers[ActorInvoker.Reentrancy] = Guid.CreateVersion7().ToString();
        try
        {
            await calls.CallAsync(
                type,
                id,
                context.Request.Headers[ActorInvoker.Reentrancy],
                actor => Forward(context, actor, method, body),
                async response =>
                {
                    context.Response.StatusCode = (int)response.StatusCode;
                    foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
                    {
                        if (!NotForwarded.Contains(name))
                            context.Response.Headers[name] = values.ToArray();
                    }
                    await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
                    return true;
                },
                context.RequestAborted
            );
        }
        catch (ActorUnreachableException e)
        {
            await Error(StatusCodes.Status500InternalServerError, "ERR_ACTOR_INVOKE_METHOD", e.Message)
                .ExecuteAsync(context);
        }
        catch (HttpRequestException e) when (!context.Response.HasStarted)
        {
            await Error(
                    StatusCodes.Status500InternalServerError,
                    "ERR_ACTOR_INVOKE_METHOD",
                    $"the app did not answer the call of {type}/{id}: {e.Message}"
                )
                .ExecuteAsync(context);
        }
    }

    public static async Task<IResult> GetStateAsync(
        string type,
        string id,
        string key,
        HttpContext context,
        Sidecars sidecars,
        ActorStateStore state
    )
    {
        if (await state.GetAsync(Key(context, sidecars, type, id), key, context.RequestAborted) is not { } found)
            return Results.NoContent();
        if (found.Expires is { } expires)
            context.Response.Headers["metadata.ttlExpireTime"] = $"{expires:yyyy-MM-ddTHH:mm:ssZ}";
        return Results.Bytes(found.Value, "application/json");
    }

    public static async Task<IResult> ChangeStateAsync(
        string type,
        string id,
        HttpContext context,
        Sidecars sidecars,
        ActorDirectory directory,
        ActorStateStore state
    )
    {
        if (directory.FindOn(sidecars.Of(context), type, id) is null)
            return Error(
                StatusCodes.Status400BadRequest,
                "ERR_ACTOR_INSTANCE_MISSING",
                $"actor {type}/{id} is not active on this replica, so this replica must not change its state"
            );
        return await TryAsync(async () =>
        {
            var operations = await JsonSerializer.DeserializeAsync<List<ActorStateOperation>>(
                context.Request.Body,
                Json,
                context.RequestAborted
            );
            await state.ApplyAsync(Key(context, sidecars, type, id), operations ?? [], context.RequestAborted);
        });
    }

    public static Task<IResult> PutReminderAsync(
        string type,
        string id,
        string name,
        HttpContext context,
        Sidecars sidecars,
        ReminderStore reminders
    ) =>
        TryAsync(async () =>
            await reminders.PutAsync(
                Key(context, sidecars, type, id),
                name,
                await CallbackAsync(context),
                context.RequestAborted
            )
        );

    /// <summary>
    /// Returns <c>null</c> for an unknown reminder: the official package treats an error status as a failure.
    /// </summary>
    public static async Task<IResult> GetReminderAsync(
        string type,
        string id,
        string name,
        HttpContext context,
        Sidecars sidecars,
        ReminderStore reminders
    ) =>
        Results.Bytes(
            await reminders.GetAsync(Key(context, sidecars, type, id), name, context.RequestAborted)
                ?? "null"u8.ToArray(),
            "application/json"
        );

    public static async Task<IResult> DeleteReminderAsync(
        string type,
        string id,
        string name,
        HttpContext context,
        Sidecars sidecars,
        ReminderStore reminders
    )
    {
        await reminders.DeleteAsync(Key(context, sidecars, type, id), name, context.RequestAborted);
        return Results.NoContent();
    }

    public static async Task<IResult> PutTimerAsync(
        string type,
        string id,
        string name,
        HttpContext context,
        Sidecars sidecars,
        ActorDirectory directory,
        ActorInvoker calls,
        TimeProvider clock,
        IHostApplicationLifetime life
    )
    {
        if (directory.FindOn(sidecars.Of(context), type, id) is not { } actor)
            return Error(
                StatusCodes.Status400BadRequest,
                "ERR_ACTOR_INSTANCE_MISSING",
                $"actor {type}/{id} is not active on this replica"
            );
        return await TryAsync(async () =>
        {
            var callback = await CallbackAsync(context);
            lock (actor.Timers)
            {
                if (actor.Timers.Remove(name, out var old))
                    old.Dispose();
                actor.Timers[name] = new ActorTimer(callback, clock, due =>
                    calls.FireAsync("timer", type, id, name, ActorInvoker.Body(due), life.ApplicationStopping)
                );
            }
        });
    }

    public static IResult DeleteTimer(
        string type,
        string id,
        string name,
        HttpContext context,
        Sidecars sidecars,
        ActorDirectory directory
    )
    {
        if (directory.FindOn(sidecars.Of(context), type, id) is { } actor)
        {
            lock (actor.Timers)
            {
                if (actor.Timers.Remove(name, out var timer))
                    timer.Dispose();
            }
        }
        return Results.NoContent();
    }

    private static HttpRequestMessage Forward(HttpContext context, Uri actor, string method, byte[] body)
    {
        // Apps expect actor calls as PUT, whichever verb the caller used.
        var request = new HttpRequestMessage(HttpMethod.Put, new Uri(actor, $"method/{method}"))
        {
            Content = new ByteArrayContent(body),
        };
        foreach (var (name, values) in context.Request.Headers)
        {
            if (
                !NotForwarded.Contains(name)
                && !request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values)
            )
                request.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
        return request;
    }

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        return buffer.ToArray();
    }

    private static async Task<ActorCallback> CallbackAsync(HttpContext context) =>
        await JsonSerializer.DeserializeAsync<ActorCallback>(context.Request.Body, Json, context.RequestAborted)
        ?? throw new FormatException("The body is empty.");

    private static async Task<IResult> TryAsync(Func<Task> act)
    {
        try
        {
            await act();
            return Results.NoContent();
        }
        catch (Exception e)
            when (e is FormatException or OverflowException or ArgumentOutOfRangeException or JsonException)
        {
            return Error(StatusCodes.Status400BadRequest, "ERR_MALFORMED_REQUEST", e.Message);
        }
    }

    private static ActorKey Key(HttpContext context, Sidecars sidecars, string type, string id) =>
        new(sidecars.Of(context).AppId, type, id);

    private static IResult Error(int status, string code, string message) =>
        Results.Json(new { errorCode = code, message }, statusCode: status);
}
