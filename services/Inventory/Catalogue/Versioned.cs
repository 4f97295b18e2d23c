using System.Globalization;

namespace DaprShop.Inventory.Catalogue;

/// <summary>A resource of the catalogue and the number of its last change, which is its ETag.</summary>
internal sealed record Versioned<T>(T Value, int Version)
    where T : class
{
    /// <summary>The ETag, with its quotation marks.</summary>
    public string ETag => string.Create(CultureInfo.InvariantCulture, $"\"{Version}\"");
}

/// <summary>The condition under which a request changes what it was decided on.</summary>
internal static class IfMatch
{
    /// <summary>The request's header <c>If-Match</c>; null without one.</summary>
    public static string? Of(HttpContext context) =>
        context.Request.Headers.IfMatch is { Count: > 0 } header ? string.Join(',', header!) : null;

    /// <summary>True where <paramref name="ifMatch"/> names what is stored (null: nothing); without it always.</summary>
    public static bool Names<T>(string? ifMatch, Versioned<T>? stored)
        where T : class =>
        ifMatch is null
        || stored is not null
            && ifMatch.Split(',', StringSplitOptions.TrimEntries).Any(tag => tag == "*" || tag == stored.ETag);
}
