using System.Security.Cryptography;
using System.Text;
using Grpc.Core;

namespace EmbeddedDapr.Hosting;

/// <summary>Rejects calls without the API token of the sidecar, if it has one.</summary>
internal static class ApiTokens
{
    public const string Header = "dapr-api-token";

    public static void UseApiTokens(this WebApplication app)
    {
        var sidecars = app.Services.GetRequiredService<Sidecars>();
        app.Use(
            (context, next) =>
            {
                if (
                    sidecars.Of(context).ApiToken is not { } token
                    || IsOpen(context.Request.Path)
                    || Matches(context.Request.Headers[Header].ToString(), token)
                )
                    return next(context);
                return context.WriteErrorAsync(
                    new(
                        StatusCodes.Status401Unauthorized,
                        StatusCode.Unauthenticated,
                        "ERR_UNAUTHENTICATED",
                        $"The header {Header} is missing or wrong."
                    )
                );
            }
        );
    }

    // A supervisor may check without a token whether the sidecar is alive.
    private static bool IsOpen(PathString path) => path == "/v1.0/healthz" || path == "/v1.0/healthz/outbound";

    private static bool Matches(string sent, string token) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(sent), Encoding.UTF8.GetBytes(token));
}
