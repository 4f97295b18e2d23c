using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;

namespace DaprShop.ServiceDefaults;

/// <summary>Who calls: a customer or an operator, by JWT. Each service checks the token itself; the gateway is no wall.</summary>
public static class Identity
{
    /// <summary>Issuer and audience of local tokens, and the audience asked of a foreign authority.</summary>
    public const string Audience = "daprshop";

    /// <summary>Policy: the caller is an operator.</summary>
    public const string Operator = "operator";

    /// <summary>Role of those who buy.</summary>
    public const string Customer = "customer";

    internal static void AddShopIdentity(this IServiceCollection services, IConfiguration configuration)
    {
        services
            .AddSingleton<CheckedTokens>()
            .AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
            .AddJwtBearer(options =>
            {
                options.EventsType = typeof(CheckedTokens);
                options.MapInboundClaims = false;
                options.TokenValidationParameters = new TokenValidationParameters
                {
                    NameClaimType = "sub",
                    RoleClaimType = "role",
                    ValidAudience = Audience,
                    ValidIssuer = Audience,
                };
                if (configuration[ConfigurationKeys.JwtAuthority] is { } authority)
                {
                    options.Authority = authority;
                    options.TokenValidationParameters.ValidIssuer = null;
                }
                else
                {
                    options.TokenValidationParameters.IssuerSigningKey = new SymmetricSecurityKey(
                        Convert.FromBase64String(
                            configuration[ConfigurationKeys.JwtKey]
                                ?? throw new InvalidOperationException(
                                    $"Neither {ConfigurationKeys.JwtKey} nor {ConfigurationKeys.JwtAuthority} is configured."
                                )
                        )
                    );
                }
            });
        services
            .AddAuthorizationBuilder()
            .AddPolicy(Operator, policy => policy.RequireRole(Operator).RequireAssertion(IsNamed))
            .AddPolicy(Customer, policy => policy.RequireRole(Customer, Operator).RequireAssertion(IsNamed));
    }

    // A foreign authority may sign tokens that name nobody.
    private static bool IsNamed(AuthorizationHandlerContext context) => context.User.Identity?.Name is { Length: > 0 };

    /// <summary>The caller's name: a customer's id, or an operator's.</summary>
    public static string Name(this HttpContext context) =>
        context.User.Identity?.Name is { Length: > 0 } name
            ? name
            : throw new InvalidOperationException("The route lets callers in that have no name.");

    /// <summary>True for an operator, who sees and may do what is every customer's.</summary>
    public static bool IsOperator(this ClaimsPrincipal user) => user.IsInRole(Operator);

    /// <summary>Whose it must be, what the caller asks for: a customer's own; null for an operator, who may have anyone's.</summary>
    public static string? Owner(this HttpContext context) => context.User.IsOperator() ? null : context.Name();
}
