using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace DaprShop.ServiceDefaults.Tests;

public sealed class IdempotencyKeyTests
{
    [Theory]
    [InlineData("bob", "POST", "/orders", 1)]
    [InlineData("alice", "PUT", "/orders", 1)]
    [InlineData("alice", "POST", "/carts", 1)]
    [InlineData("alice", "POST", "/orders", 2)]
    public void A_fingerprint_tells_callers_methods_routes_and_bodies_apart(
        string caller,
        string method,
        string path,
        int quantity
    )
    {
        Print("alice", "POST", "/orders", 1).Should().Equal(Print("alice", "POST", "/orders", 1));
        Print(caller, method, path, quantity).Should().NotEqual(Print("alice", "POST", "/orders", 1));
    }

    private static byte[] Print(string caller, string method, string path, int quantity)
    {
        var context = new DefaultHttpContext
        {
            User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", caller)], "test", "sub", "role")),
        };
        (context.Request.Method, context.Request.Path) = (method, path);
        return IdempotencyKey.Fingerprint(context, new { quantity });
    }
}
