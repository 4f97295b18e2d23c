using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// Refuses query parameters that a route does not have, and those that are given twice. Without an error, a client that
/// misspells a filter takes the unfiltered list for the answer. Times in the path or the query must be those of RFC
/// 3339, as in bodies: ASP.NET would read much else, in the server's time zone.
/// </summary>
internal static class KnownParameters
{
    /// <summary>
    /// Checks every route whose handler binds parameters; routes without such a handler, such as those that the gateway
    /// forwards, are not checked.
    /// </summary>
    public static void UseKnownParametersOnly(this IApplicationBuilder app)
    {
        var routes = new ConcurrentDictionary<Endpoint, Parameters?>();
        app.Use(next =>
            context =>
            {
                if (
                    context.GetEndpoint() is { } endpoint
                    && routes.GetOrAdd(endpoint, Parameters.Of) is { } known
                    && (context.Request.QueryString.HasValue || known.TimesInPath.Count > 0)
                )
                    Check(context.Request, known);
                return next(context);
            }
        );
    }

    private static void Check(HttpRequest request, Parameters known)
    {
        foreach (var name in known.TimesInPath)
            CheckTime(name, request.RouteValues[name]?.ToString());
        foreach (var (name, values) in request.Query)
        {
            if (!known.Query.TryGetValue(name, out var parameter))
                throw new ProblemException(
                    Problems.Of(
                        400,
                        "unknown-parameter",
                        "Unknown query parameter",
                        $"'{name}' is not a query parameter of this route. "
                            + (
                                known.Query.Count == 0
                                    ? "It has none."
                                    : $"Allowed: {string.Join(", ", known.Query.Keys.Order(StringComparer.Ordinal))}."
                            )
                    )
                );
            if (values.Count > 1 && !parameter.ParameterType.IsArray)
                throw new ProblemException(
                    Problems.Of(
                        400,
                        "duplicate-parameter",
                        "A query parameter is given twice",
                        $"'{name}' is given {values.Count} times; send it once."
                    )
                );
            if (IsTime(parameter))
                CheckTime(name, values[0]);
        }
    }

    private static void CheckTime(string name, string? value)
    {
        if (!Rfc3339.TryParse(value, out _))
            throw new ProblemException(RequestErrors.InvalidParameter(name, value ?? "", Rfc3339.Expectation));
    }

    private static bool IsTime(ParameterInfo parameter) =>
        (Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType) == typeof(DateTimeOffset);

    /// <summary>The parameters of a route's handler that the path and the query give.</summary>
    private sealed record Parameters(
        IReadOnlyDictionary<string, ParameterInfo> Query,
        IReadOnlyList<string> TimesInPath
    )
    {
        /// <summary>Null where the route has no handler that binds parameters.</summary>
        public static Parameters? Of(Endpoint endpoint)
        {
            if (endpoint.Metadata.GetMetadata<MethodInfo>() is not { } handler)
                return null;
            if (handler.GetParameters() is [{ ParameterType: var only }] && only == typeof(HttpContext))
                return null;
            var inPath = (endpoint as RouteEndpoint)?.RoutePattern.Parameters.Select(p => p.Name).ToList() ?? [];
            var bound = endpoint
                .Metadata.GetOrderedMetadata<IParameterBindingMetadata>()
                .Where(p => IsText(p.ParameterInfo.ParameterType) || p.HasTryParse)
                .Where(p => !p.ParameterInfo.IsDefined(typeof(FromHeaderAttribute)))
                .ToLookup(p => inPath.Contains(p.Name, StringComparer.OrdinalIgnoreCase));
            return new Parameters(
                bound[false].ToDictionary(p => p.Name, p => p.ParameterInfo, StringComparer.OrdinalIgnoreCase),
                [.. bound[true].Where(p => IsTime(p.ParameterInfo)).Select(p => p.Name)]
            );
        }

        private static bool IsText(Type type) => type == typeof(string) || type == typeof(string[]);
    }
}
