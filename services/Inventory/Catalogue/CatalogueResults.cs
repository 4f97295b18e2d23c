using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Inventory.Catalogue;

/// <summary>HTTP results about resources of the catalogue.</summary>
internal static class CatalogueResults
{
    public static Results<Ok<T>, ProblemHttpResult> Of<T>(KeyedChange<T> change, HttpContext context)
        where T : class
    {
        if (change.After is not { } after)
            return change.Refusal!;
        if (change.Replayed)
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        return Of(after, context);
    }

    /// <summary>A resource, with its ETag.</summary>
    public static Ok<T> Of<T>(Versioned<T> resource, HttpContext context)
        where T : class
    {
        context.Response.Headers.ETag = resource.ETag;
        return TypedResults.Ok(resource.Value);
    }

    /// <param name="kind">item or location.</param>
    /// <param name="member">The member of the problem that has the name.</param>
    public static ProblemHttpResult Changed<T>(string kind, string member, string name, Versioned<T>? stored)
        where T : class =>
        Problems.Of(
            412,
            $"{kind}-changed",
            $"The {kind} has changed",
            stored is null
                ? $"There is no {kind} '{name}', so If-Match names none."
                : $"The ETag of '{name}' is {stored.ETag}, which If-Match does not name. Read the {kind} again, and decide "
                    + "with what it is now.",
            (member, name),
            ("etag", stored?.ETag)
        );

    /// <inheritdoc cref="Changed"/>
    public static ProblemHttpResult RulesLeftOut(
        string kind,
        string member,
        string name,
        IReadOnlyList<string> missing
    ) =>
        Problems.Of(
            422,
            "rules-left-out",
            "Rules are left out",
            $"The {kind} '{name}' exists. A PUT states all its rules, and this one leaves out "
                + $"{string.Join(", ", missing)}. State them too, or change some fields with PATCH "
                + $"/{kind}s/{{{member}}}.",
            (member, name),
            ("missing", missing)
        );
}
