using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Memory;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// Caches the callers of tokens validated in the last minute, so that a repeated token costs no signature check. A
/// token is never trusted beyond its own expiry; after a signing key is withdrawn, its tokens are rejected within that
/// minute.
/// </summary>
internal sealed class ValidatedTokenCache(TimeProvider time) : JwtBearerEvents, IDisposable
{
    /// <summary>How long a validated token is not checked again.</summary>
    public static readonly TimeSpan TrustPeriod = TimeSpan.FromMinutes(1);

    // An entry takes a few KB.
    private const int MaxTokens = 4_096;
    private readonly MemoryCache _entries = new(new MemoryCacheOptions { SizeLimit = MaxTokens });

    public void Dispose() => _entries.Dispose();

    /// <inheritdoc />
    public override Task MessageReceived(MessageReceivedContext context)
    {
        if (_entries.TryGetValue(Key(context.HttpContext), out Entry? entry) && entry!.TrustedUntil > time.GetUtcNow())
        {
            context.Principal = entry.Caller;
            context.Success();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override Task TokenValidated(TokenValidatedContext context)
    {
        var (now, end) = (time.GetUtcNow(), new DateTimeOffset(context.SecurityToken.ValidTo, TimeSpan.Zero));
        var until = now + TrustPeriod < end ? now + TrustPeriod : end;
        _entries.Set(
            Key(context.HttpContext),
            new Entry(context.Principal!, until),
            new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = TrustPeriod }
        );
        return Task.CompletedTask;
    }

    private static string Key(HttpContext context) => context.Request.Headers.Authorization.ToString();

    private sealed record Entry(ClaimsPrincipal Caller, DateTimeOffset TrustedUntil);
}
