using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DaprShop.Shop.Secrets;

namespace DaprShop.Shop.Tests;

public sealed class JwtTests
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(60);

    [Fact]
    public void A_token_states_issuer_caller_role_and_expiry()
    {
        var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(Parts()[1])).RootElement;

        claims.GetProperty("iss").GetString().Should().Be("daprshop");
        claims.GetProperty("aud").GetString().Should().Be("daprshop");
        claims.GetProperty("sub").GetString().Should().Be("zoë");
        claims.GetProperty("role").GetString().Should().Be("operator");
        claims.GetProperty("exp").GetInt64().Should().Be(Now.AddHours(1).ToUnixTimeSeconds());
    }

    [Fact]
    public void A_token_is_signed_with_the_shops_key()
    {
        var parts = Parts();

        var expected = HMACSHA256.HashData(Key, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"));

        Base64Url.DecodeFromChars(parts[2]).Should().Equal(expected);
        JsonDocument
            .Parse(Base64Url.DecodeFromChars(parts[0]))
            .RootElement.GetProperty("alg")
            .GetString()
            .Should()
            .Be("HS256");
    }

    private static string[] Parts() => Jwt.Create(Key, "zoë", "operator", Now, TimeSpan.FromHours(1)).Split('.');
}
