using System.Security.Cryptography;
using System.Text;

namespace DaprShop.Gateway.Sidecar;

/// <summary>
/// Authorizes the gateway's own sidecar. Clients reach the gateway's port too, so the sidecar proves itself with the
/// token that both were started with (<c>APP_API_TOKEN</c>). Without a configured token every call is rejected, and
/// open streams learn of changes by polling Orders.
/// </summary>
internal static class SidecarTokenPolicy
{
    /// <summary>The policy's name.</summary>
    public const string Name = "sidecar";

    /// <summary>The header with the token, in both directions.</summary>
    public const string Header = "dapr-api-token";

    public static void AddSidecarTokenPolicy(this IServiceCollection services, IConfiguration configuration)
    {
        var token = configuration["APP_API_TOKEN"] is { Length: > 0 } text ? Encoding.UTF8.GetBytes(text) : null;
        services
            .AddAuthorizationBuilder()
            .AddPolicy(Name, policy =>
                policy.RequireAssertion(caller =>
                    token is not null
                    && caller.Resource is HttpContext http
                    && CryptographicOperations.FixedTimeEquals(
                        Encoding.UTF8.GetBytes(http.Request.Headers[Header].ToString()),
                        token
                    )
                )
            );
    }
}
