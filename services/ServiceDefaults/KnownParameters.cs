using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// Refuses query parameters that a route does not have, and those that are given twice. Without an error, a client that
/// misspells a filter takes the unfiltered list for the answer.
/// </summary>
internal static class KnownParameters
{
    /// <summary>
    /// Checks the query of every route whose handler binds parameters; routes without such a handler, such as those
    /// that the gateway forwards, are not checked.
    /// </summary>
    public static void UseKnownParametersOnly(this IApplicationBuilder app)
    {
        var routes = new ConcurrentDictionary<Endpoint, Dictionary<string, bool>?>();
        app.Use(next =>
            context =>
            {
                if (
                    context.Request.QueryString.HasValue
                    && context.GetEndpoint() is { } endpoint
                    && routes.GetOrAdd(endpoint, QueryParameters) is { } known
                )
                    Check(context.Request.Query, known);
                return next(context);
            }
        );
    }

    private static void Check(IQueryCollection query, Dictionary<string, bool> known)
    {
        foreach (var (name, values) in query)
        {
            if (!known.TryGetValue(name, out var isList))
                throw new ProblemException(
                    Problems.Of(
                        400,
                        "unknown-parameter",
                        "Unknown query parameter",
                        $"'{name}' is not a query parameter of this route. "
                            + (
                                known.Count == 0
                                    ? "It has none."
                                    : $"Allowed: {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}."
                            )
                    )
                );
            if (values.Count > 1 && !isList)
                throw new ProblemException(
                    Problems.Of(
                        400,
                        "duplicate-parameter",
                        "A query parameter is given twice",
                        $"'{name}' is given {values.Count} times; send it once."
                    )
                );
        }
    }

    // The names, and whether the parameter may be repeated; null where the handler reads the request itself.
    private static Dictionary<string, bool>? QueryParameters(Endpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<MethodInfo>() is not { } handler)
            return null;
        if (handler.GetParameters() is [{ ParameterType: var only }] && only == typeof(HttpContext))
            return null;
        var inPath = (endpoint as RouteEndpoint)?.RoutePattern.Parameters.Select(p => p.Name).ToList() ?? [];
        return endpoint
            .Metadata.GetOrderedMetadata<IParameterBindingMetadata>()
            .Where(p => IsText(p.ParameterInfo.ParameterType) || p.HasTryParse)
            .Where(p => !p.ParameterInfo.IsDefined(typeof(Microsoft.AspNetCore.Mvc.FromHeaderAttribute)))
            .Where(p => !inPath.Contains(p.Name, StringComparer.OrdinalIgnoreCase))
            .ToDictionary(p => p.Name, p => p.ParameterInfo.ParameterType.IsArray, StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsText(Type type) => type == typeof(string) || type == typeof(string[]);
}
