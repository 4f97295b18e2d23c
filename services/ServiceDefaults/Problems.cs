using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DaprShop.ServiceDefaults;

/// <summary>Refusals as RFC 9457 problems: each says what was wrong and what is allowed.</summary>
public static class Problems
{
    private const string TypePrefix = "urn:daprshop:problem:";

    /// <summary>A problem whose type is <paramref name="kind"/>, stable for programs; <paramref name="detail"/> is for people.</summary>
    public static ProblemHttpResult Of(
        int status,
        string kind,
        string title,
        string detail,
        params (string Key, object? Value)[] extensions
    ) =>
        TypedResults.Problem(
            new ProblemDetails
            {
                Status = status,
                Type = TypePrefix + kind,
                Title = title,
                Detail = detail,
                Extensions = extensions.ToDictionary(e => e.Key, e => e.Value),
            }
        );

    /// <summary>404: there is no such thing, or it is somebody else's.</summary>
    public static ProblemHttpResult NotFound(string what) =>
        Of(404, "not-found", "Not found", $"There is no {what} that you may see.");

    /// <summary>422: well-formed, but not allowed. One entry per complaint.</summary>
    public static ProblemHttpResult Invalid(IReadOnlyList<Complaint> complaints) =>
        Of(
            422,
            "invalid",
            "The request cannot be carried out",
            string.Join(' ', complaints.Select(c => $"{c.Field}: {c.Detail}")),
            ("errors", complaints)
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
                        403 => (TypePrefix + "forbidden", "Your role does not allow this."),
                        404 => (TypePrefix + "no-such-route", "There is no such route. /openapi/v1.json lists all."),
                        405 => (
                            TypePrefix + "method-not-allowed",
                            "The route does not answer this method; see the Allow header."
                        ),
                        413 => (TypePrefix + "too-large", $"A body has at most {ShopService.MaxBodySize} bytes."),
                        415 => (TypePrefix + "unsupported-media-type", "Send application/json."),
                        _ => (context.ProblemDetails.Type, context.ProblemDetails.Detail),
                    };
                }
            )
            .AddExceptionHandler<ProblemExceptionHandler>();

    private sealed class ProblemExceptionHandler(ILogger<ProblemExceptionHandler> logger) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(
            HttpContext context,
            Exception exception,
            CancellationToken cancellationToken
        )
        {
            if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
                return true;
            var problem = Describe(exception);
            if (problem.StatusCode >= 500)
                logger.LogRequestFailed(context.Request.Method, context.Request.Path, exception);
            if (problem.StatusCode == StatusCodes.Status503ServiceUnavailable)
                context.Response.Headers.RetryAfter = "1";
            await problem.ExecuteAsync(context);
            return true;
        }

        private static ProblemHttpResult Describe(Exception exception) =>
            exception switch
            {
                ProblemException known => known.Problem,
                BadHttpRequestException { InnerException: ProblemException known } => known.Problem,
                BadHttpRequestException { StatusCode: 413 } => Of(
                    413,
                    "too-large",
                    "Body too large",
                    $"A body has at most {ShopService.MaxBodySize} bytes."
                ),
                BadHttpRequestException { InnerException: JsonException json } => Of(
                    400,
                    "malformed-json",
                    "Malformed JSON",
                    json.Message,
                    ("path", json.Path)
                ),
                // A length of 0 and a bare null are read by no parser, and ASP.NET tells them by its words alone; in chunks, nothing is malformed JSON.
                BadHttpRequestException { Message: var told }
                    when told.StartsWith("Implicit body inferred", StringComparison.Ordinal) => Of(
                    400,
                    "malformed-json",
                    "Malformed JSON",
                    "There is no body, or it is null. Send what the route describes, as JSON."
                ),
                BadHttpRequestException bad => Of(bad.StatusCode, "bad-request", "Bad request", bad.Message),
                // Text from an address; a body's was refused before.
                PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire } => Of(
                    400,
                    "bad-request",
                    "Bad request",
                    StorableText.Refusal
                ),
                // The classes of a wrong statement or value: waiting would not mend it.
                PostgresException { SqlState: ['2', '2' or '3', ..] or ['4', '2', ..] } => Fault,
                NpgsqlException or HttpRequestException or TimeoutException or OperationCanceledException => Of(
                    503,
                    "unavailable",
                    "Not available right now",
                    "Something that this needs is away. Nothing is lost; send the same request again, with the same Idempotency-Key."
                ),
                // EF wraps what may pass.
                InvalidOperationException { InnerException: NpgsqlException database } => Describe(database),
                _ => Fault,
            };

        private static ProblemHttpResult Fault =>
            Of(500, "internal", "A fault of ours", "The request met a fault in the shop; it has been logged.");
    }
}

/// <summary>Refuses a request from where no result can be returned.</summary>
public sealed class ProblemException(ProblemHttpResult problem) : Exception(problem.ProblemDetails.Detail)
{
    /// <summary>What the caller is told.</summary>
    public ProblemHttpResult Problem { get; } = problem;
}

/// <summary>What is wrong with one part of a request. <paramref name="Field"/> is a JSON pointer or a header's name.</summary>
public sealed record Complaint(string Field, string Detail);
