using System.Security.Claims;
using System.Text.Json;
using DaprShop.Contracts;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Polly;

namespace DaprShop.ServiceDefaults;

/// <summary>Errors as RFC 9457 problems: each says what is wrong and what is allowed.</summary>
public static class Problems
{
    private static readonly string[] StandardMembers = ["type", "title", "status", "detail", "instance"];
    private const string TypePrefix = "urn:daprshop:problem:";

    /// <summary>
    /// A problem whose type is <paramref name="kind"/>, stable for programs; <paramref name="detail"/> is for people.
    /// </summary>
    public static ProblemHttpResult Of(
        int status,
        string kind,
        string title,
        string detail,
        params (string Key, object? Value)[] extensions
    )
    {
        // The member would be written twice; clients read the last one, and RFC 9457 reserves the name.
        if (Array.Find(extensions, e => StandardMembers.Contains(e.Key)) is { Key: { } reserved })
            throw new ArgumentException($"'{reserved}' is a member of every problem.", nameof(extensions));
        return TypedResults.Problem(
            new ProblemDetails
            {
                Status = status,
                Type = TypePrefix + kind,
                Title = title,
                Detail = detail,
                Extensions = extensions.ToDictionary(e => e.Key, e => e.Value),
            }
        );
    }

    /// <summary>404: <paramref name="what"/> ("order 5") does not exist, or belongs to another customer.</summary>
    public static ProblemHttpResult NotFound(string what) =>
        Of(404, "not-found", "Not found", $"{char.ToUpperInvariant(what[0])}{what[1..]} was not found.");

    /// <summary>422: well-formed, but a value is not allowed. The problem lists each error with its field.</summary>
    public static ProblemHttpResult Invalid(IReadOnlyList<ValidationError> errors) =>
        Of(
            422,
            "invalid",
            "The request is not valid",
            string.Join(' ', errors.Select(e => $"{e.Field}: {e.Detail}")),
            ("errors", errors)
        );

    internal static void AddShopProblems(this IServiceCollection services) =>
        services
            .AddProblemDetails(options =>
                options.CustomizeProblemDetails = context =>
                {
                    if (context.ProblemDetails.Type?.StartsWith(TypePrefix, StringComparison.Ordinal) == true)
                        return;
                    (context.ProblemDetails.Type, context.ProblemDetails.Detail) = context.ProblemDetails.Status switch
                    {
                        401 => (
                            TypePrefix + "unauthenticated",
                            "Send a valid bearer token: Authorization: Bearer <JWT>. `./shop token` prints one."
                        ),
                        403 => (TypePrefix + "forbidden", Forbidden(context.HttpContext.User)),
                        404 => (TypePrefix + "no-such-route", "No such route. /openapi/v1.json lists every route."),
                        405 => (
                            TypePrefix + "method-not-allowed",
                            "The route does not support this method; the Allow header lists the methods that it supports."
                        ),
                        413 => (TypePrefix + "too-large", $"The body must not exceed {ShopService.MaxBodySize} bytes."),
                        415 => (TypePrefix + "unsupported-media-type", "Send application/json."),
                        _ => (context.ProblemDetails.Type, context.ProblemDetails.Detail),
                    };
                }
            )
            .AddExceptionHandler<ProblemExceptionHandler>();

    private static string Forbidden(ClaimsPrincipal user) =>
        user.IsNamed()
            ? "Your role does not allow this."
            : $"The token's subject (sub) names no caller: it must have {Names.Rule(Names.MaxPersonLength)}.";

    private sealed class ProblemExceptionHandler(
        IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions> options,
        ILogger<ProblemExceptionHandler> logger
    ) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(
            HttpContext context,
            Exception exception,
            CancellationToken cancellationToken
        )
        {
            if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
                return true;
            var problem = Describe(context, exception);
            if (problem.StatusCode >= 500)
                logger.LogRequestFailed(context.Request.Method, context.Request.Path, exception);
            if (problem.StatusCode == StatusCodes.Status503ServiceUnavailable)
                context.Response.Headers.RetryAfter = "1";
            await problem.ExecuteAsync(context);
            return true;
        }

        private ProblemHttpResult Describe(HttpContext context, Exception exception) =>
            exception switch
            {
                ProblemException known => known.Problem,
                BadHttpRequestException { InnerException: ProblemException known } => known.Problem,
                BadHttpRequestException { StatusCode: 413 } => Of(
                    413,
                    "too-large",
                    "Body too large",
                    $"The body must not exceed {ShopService.MaxBodySize} bytes."
                ),
                BadHttpRequestException { InnerException: JsonException json } => RequestErrors.OfJson(
                    json,
                    context
                        .Features.Get<IExceptionHandlerFeature>()
                        ?.Endpoint?.Metadata.GetMetadata<IAcceptsMetadata>()
                        ?.RequestType,
                    options.Value.SerializerOptions
                ),
                BadHttpRequestException bad => RequestErrors.OfBinding(bad),
                InvalidDataException when RequestEncoding.IsInflated(context) => Of(
                    400,
                    "bad-request",
                    "Bad request",
                    "The body is not compressed as its Content-Encoding says, or is cut off."
                ),
                // Text from the URL; StorableText rejects it in a body.
                PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire } => Of(
                    400,
                    "bad-request",
                    "Bad request",
                    StorableText.Error
                ),
                // SQLSTATE classes of a wrong statement or value: a retry would not help.
                PostgresException { SqlState: ['2', '2' or '3', ..] or ['4', '2', ..] } => Unexpected,
                NpgsqlException
                or HttpRequestException
                or TimeoutException
                or ExecutionRejectedException
                or OperationCanceledException => Of(
                    503,
                    "unavailable",
                    "Temporarily unavailable",
                    "A component that this request needs is unavailable. Send the same request again, with the same Idempotency-Key."
                ),
                // EF wraps transient errors.
                InvalidOperationException { InnerException: NpgsqlException database } => Describe(context, database),
                _ => Unexpected,
            };

        private static ProblemHttpResult Unexpected =>
            Of(500, "internal", "Unexpected error", "An unexpected error occurred; it was logged.");
    }
}

/// <summary>Rejects a request from code that cannot return a result.</summary>
public sealed class ProblemException(ProblemHttpResult problem) : Exception(problem.ProblemDetails.Detail)
{
    /// <summary>The response.</summary>
    public ProblemHttpResult Problem { get; } = problem;
}

/// <summary>
/// An error in one field of a request. <paramref name="Field"/> is a JSON pointer or the name of a header.
/// </summary>
public sealed record ValidationError(string Field, string Detail);
