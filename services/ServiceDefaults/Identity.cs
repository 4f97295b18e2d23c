using System.Security.Claims;
using DaprShop.Contracts;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// The caller, a customer or an operator, identified by a JWT. Services validate the token themselves; they do not
/// trust the gateway.
/// </summary>
public static class Identity
{
    /// <summary>Issuer and audience of local tokens, and the audience required of an external authority.</summary>
    public const string Audience = "daprshop";

    /// <summary>Policy: the caller is an operator.</summary>
    public const string Operator = "operator";

    /// <summary>Policy and role: the caller is a customer; operators satisfy the policy too.</summary>
    public const string Customer = "customer";

    internal static void AddShopIdentity(this IServiceCollection services, IConfiguration configuration)
    {
        services
            .AddSingleton<ValidatedTokenCache>()
            .AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
            .AddJwtBearer(options =>
            {
                options.EventsType = typeof(ValidatedTokenCache);
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

    private static bool IsNamed(AuthorizationHandlerContext context) => context.User.IsNamed();

    /// <summary>False for a token of an external authority without a subject, or with one that is no name here.</summary>
    public static bool IsNamed(this ClaimsPrincipal user) => Names.IsValid(user.Identity?.Name, Names.MaxPersonLength);

    /// <summary>The caller's name: a customer's id, or an operator's.</summary>
    public static string Name(this HttpContext context) =>
        context.User.Identity?.Name is { Length: > 0 } name
            ? name
            : throw new InvalidOperationException("The route admits callers without a name.");

    /// <summary>True for an operator, who may read and change the data of every customer.</summary>
    public static bool IsOperator(this ClaimsPrincipal user) => user.IsInRole(Operator);

    /// <summary>
    /// The customer whose data the caller may access: the caller itself; null (every customer) for an operator.
    /// </summary>
    public static string? Owner(this HttpContext context) => context.User.IsOperator() ? null : context.Name();
}
