using System.Collections.Concurrent;
using System.Reflection;
using DaprShop.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// Refuses query parameters that a route does not have, and those that are given twice. Without an error, a client that
/// misspells a filter takes the unfiltered list for the answer. Times in the path or the query must be those of RFC
/// 3339, as in bodies: ASP.NET would read much else, in the server's time zone. Text in the path must be a name.
/// </summary>
internal static class KnownParameters
{
    private static readonly string[] NamesInQuery = ["sku", "location", "customer"];

    /// <summary>
    /// Checks every route whose handler binds parameters. Of routes without such a handler, such as those that the
    /// gateway forwards, only the path is checked.
    /// </summary>
    public static void UseKnownParametersOnly(this IApplicationBuilder app)
    {
        var routes = new ConcurrentDictionary<Endpoint, Parameters>();
        app.Use(next =>
            context =>
            {
                if (
                    context.GetEndpoint() is { } endpoint
                    && routes.GetOrAdd(endpoint, Parameters.Of) is var known
                    && (
                        context.Request.QueryString.HasValue
                        || known.TimesInPath.Count > 0
                        || known.NamesInPath.Count > 0
                    )
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
        foreach (var name in known.NamesInPath)
            if (request.RouteValues[name]?.ToString() is { } text)
                CheckName(name, text);
        if (known.Query is null)
            return;
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
            if (Array.Exists(NamesInQuery, n => n.Equals(name, StringComparison.OrdinalIgnoreCase)))
                foreach (var value in values)
                    CheckName(name, value);
        }
    }

    private static void CheckName(string name, string? value)
    {
        if (!Names.IsValid(value, Names.MaxKeyLength))
            throw new ProblemException(
                RequestErrors.InvalidParameter(name, value ?? "", Names.Rule(Names.MaxKeyLength))
            );
    }

    private static void CheckTime(string name, string? value)
    {
        if (!Rfc3339.TryParse(value, out _))
            throw new ProblemException(RequestErrors.InvalidParameter(name, value ?? "", Rfc3339.Expectation));
    }

    private static bool IsTime(ParameterInfo parameter) =>
        (Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType) == typeof(DateTimeOffset);

    /// <summary>The parameters that the path and the query give.</summary>
    /// <param name="Query">Null where no handler says which there are.</param>
    private sealed record Parameters(
        IReadOnlyDictionary<string, ParameterInfo>? Query,
        IReadOnlyList<string> TimesInPath,
        IReadOnlyList<string> NamesInPath
    )
    {
        public static Parameters Of(Endpoint endpoint)
        {
            var inPath = (endpoint as RouteEndpoint)?.RoutePattern.Parameters.Select(p => p.Name).ToList() ?? [];
            if (
                endpoint.Metadata.GetMetadata<MethodInfo>() is not { } handler
                || handler.GetParameters() is [{ ParameterType: var only }] && only == typeof(HttpContext)
            )
                return new Parameters(null, [], inPath);
            var bound = endpoint
                .Metadata.GetOrderedMetadata<IParameterBindingMetadata>()
                .Where(p => IsText(p.ParameterInfo.ParameterType) || p.HasTryParse)
                .Where(p => !p.ParameterInfo.IsDefined(typeof(FromHeaderAttribute)))
                .ToLookup(p => inPath.Contains(p.Name, StringComparer.OrdinalIgnoreCase));
            return new Parameters(
                bound[false].ToDictionary(p => p.Name, p => p.ParameterInfo, StringComparer.OrdinalIgnoreCase),
                [.. bound[true].Where(p => IsTime(p.ParameterInfo)).Select(p => p.Name)],
                [.. bound[true].Where(p => IsText(p.ParameterInfo.ParameterType)).Select(p => p.Name)]
            );
        }

        private static bool IsText(Type type) => type == typeof(string) || type == typeof(string[]);
    }
}
