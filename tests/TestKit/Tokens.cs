using System.Security.Cryptography;
using DaprShop.ServiceDefaults;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace DaprShop.TestKit;

/// <summary>Tokens of a local issuer that lives as long as the test process.</summary>
public static class Tokens
{
    /// <summary>The issuer's key, as configuration has it.</summary>
    public static string Key { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>
    /// A token for <paramref name="name"/>; another <paramref name="key"/> makes a forged one, another issuer or
    /// audience one that is not for us.
    /// </summary>
    public static string For(
        string name,
        string role,
        string? key = null,
        DateTime? expires = null,
        string issuer = Identity.Audience,
        string audience = Identity.Audience
    ) =>
        new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = issuer,
                Audience = audience,
                Claims = new Dictionary<string, object> { ["sub"] = name, ["role"] = role },
                NotBefore = expires?.AddMinutes(-1),
                Expires = expires,
                SigningCredentials = new SigningCredentials(
                    new SymmetricSecurityKey(Convert.FromBase64String(key ?? Key)),
                    SecurityAlgorithms.HmacSha256
                ),
            }
        );
}
