using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Memory;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// Whom the tokens name that were found valid in the last minute: who comes again with one costs no signature. None is trusted beyond its own end, and a key that
/// is withdrawn ends the trust in what it signed within that minute.
/// </summary>
internal sealed class CheckedTokens(TimeProvider time) : JwtBearerEvents, IDisposable
{
    /// <summary>How long a token is not checked again.</summary>
    public static readonly TimeSpan Trust = TimeSpan.FromMinutes(1);

    // A few KB each.
    private const int Most = 4_096;
    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = Most });

    public void Dispose() => _known.Dispose();

    /// <inheritdoc />
    public override Task MessageReceived(MessageReceivedContext context)
    {
        if (_known.TryGetValue(Key(context.HttpContext), out Known? known) && known!.Until > time.GetUtcNow())
        {
            context.Principal = known.Caller;
            context.Success();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override Task TokenValidated(TokenValidatedContext context)
    {
        var (now, end) = (time.GetUtcNow(), new DateTimeOffset(context.SecurityToken.ValidTo, TimeSpan.Zero));
        var until = now + Trust < end ? now + Trust : end;
        _known.Set(
            Key(context.HttpContext),
            new Known(context.Principal!, until),
            new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Trust }
        );
        return Task.CompletedTask;
    }

    private static string Key(HttpContext context) => context.Request.Headers.Authorization.ToString();

    private sealed record Known(ClaimsPrincipal Caller, DateTimeOffset Until);
}
