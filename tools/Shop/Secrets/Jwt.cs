using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DaprShop.Shop.Secrets;

/// <summary>
/// The shop's own tokens: HS256, issuer and audience <c>daprshop</c>, the caller's name in <c>sub</c>, and the role
/// (customer or operator) in <c>role</c>.
/// </summary>
internal static class Jwt
{
    private const string Issuer = "daprshop";

    public static string Create(byte[] key, string subject, string role, DateTimeOffset now, TimeSpan lifetime)
    {
        var signed =
            Part(new { alg = "HS256", typ = "JWT" })
            + "."
            + Part(
                new
                {
                    iss = Issuer,
                    aud = Issuer,
                    sub = subject,
                    role,
                    iat = now.ToUnixTimeSeconds(),
                    nbf = now.ToUnixTimeSeconds(),
                    exp = (now + lifetime).ToUnixTimeSeconds(),
                }
            );
        return signed + "." + Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(signed)));
    }

    private static string Part<T>(T content) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(content));
}
