using System.Security.Cryptography;
using System.Text;

namespace DaprShop.Gateway;

/// <summary>
/// What only the gateway's own sidecar may call. The gateway's port is everybody's, so the sidecar shows the token that it was started with
/// (<c>APP_API_TOKEN</c>); where there is none, nobody comes in, and streams find out by asking.
/// </summary>
internal static class SidecarDoor
{
    public const string Header = "dapr-api-token";
    public const string Policy = "sidecar";

    public static void AddSidecarDoor(this IServiceCollection services, IConfiguration configuration)
    {
        var token = configuration["APP_API_TOKEN"] is { Length: > 0 } text ? Encoding.UTF8.GetBytes(text) : null;
        services
            .AddAuthorizationBuilder()
            .AddPolicy(Policy, policy =>
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
