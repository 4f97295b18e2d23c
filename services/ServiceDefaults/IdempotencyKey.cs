using System.Reflection;
using System.Text.Json;
using DaprShop.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// The client's name for one request, from the header <c>Idempotency-Key</c>. Routes with this parameter require it.
/// </summary>
public readonly record struct IdempotencyKey(string Value)
{
    /// <summary>Characters, at most.</summary>
    public const int MaxLength = Names.MaxKeyLength;

    private const string Header = "Idempotency-Key";

    /// <summary>Response header: <c>true</c> when the response repeats an earlier one.</summary>
    public const string ReplayedHeader = "Idempotency-Replayed";

    /// <summary>Reads the header.</summary>
    /// <exception cref="ProblemException">400: it is missing, or no name.</exception>
    public static ValueTask<IdempotencyKey> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var value = context.Request.Headers[Header].ToString();
        if (!string.IsNullOrWhiteSpace(value) && !Names.IsValid(value, MaxLength))
        {
            throw new ProblemException(
                Problems.Of(
                    400,
                    "idempotency-key-invalid",
                    "Idempotency-Key not valid",
                    $"The header {Header} must have {Names.Rule(MaxLength)}."
                )
            );
        }

        if (string.IsNullOrWhiteSpace(value))
        {
            throw new ProblemException(
                Problems.Of(
                    400,
                    "idempotency-key-missing",
                    "Idempotency-Key missing",
                    $"Send the header {Header} with 1 to {MaxLength} characters that identify this request, and send the same key when you retry it."
                )
            );
        }

        return ValueTask.FromResult(new IdempotencyKey(value));
    }

    /// <summary>
    /// The fingerprint of the caller, the route with its values, and the body, which a repeated request must equal.
    /// </summary>
    public static byte[] Fingerprint<TBody>(HttpContext context, TBody body) =>
        RequestFingerprint.Of(context.Name(), Operation(context), body);

    // The route and its values, so that neither the case of the path nor that of a UUID tells requests apart.
    private static string Operation(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint { RoutePattern: var pattern })
            return $"{context.Request.Method} {context.Request.Path.Value}";
        var values = pattern.Parameters.Select(p => context.Request.RouteValues[p.Name]?.ToString() ?? "");
        return JsonSerializer.Serialize<string[]>([
            context.Request.Method,
            pattern.RawText ?? "",
            .. pattern.Parameters.Zip(values, (p, value) => IsUuid(p) ? value.ToUpperInvariant() : value),
        ]);
    }

    private static bool IsUuid(RoutePatternParameterPart parameter) =>
        parameter.ParameterPolicies.Any(p => p.Content == "guid");

    /// <summary>422: the key was used for another request.</summary>
    public static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Conflict(string key) =>
        Problems.Of(
            422,
            "idempotency-conflict",
            "Idempotency-Key was used for another request",
            $"The key '{key}' was used with another body or route. Repeat that request exactly, or use a new key."
        );
}
