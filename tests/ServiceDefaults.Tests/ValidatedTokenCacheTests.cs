using System.Net;
using System.Net.Http.Headers;
using DaprShop.Contracts;
using DaprShop.TestKit;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;

namespace DaprShop.ServiceDefaults.Tests;

/// <summary>Whether a token was checked is seen by withdrawing the key that signed it.</summary>
public sealed class ValidatedTokenCacheTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = await ShopService.CreateBuilderAsync(
            [$"--{ConfigurationKeys.JwtKey}={Tokens.Key}"],
            Apps.Gateway
        );
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton<TimeProvider>(_time);
        _app = builder.Build().UseShopDefaults();
        _app.MapGet("/me", (HttpContext context) => context.Name()).RequireAuthorization(Identity.Customer);
        _app.MapGet("/all", () => "all").RequireAuthorization(Identity.Operator);
        await _app.StartAsync();
        _client = _app.GetTestClient();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_token_that_was_found_valid_is_checked_again_after_a_minute()
    {
        var token = Tokens.For("alice", "customer");
        (await WhoAsync(token)).Should().Be("alice");
        Withdraw();
        _time.Advance(TimeSpan.FromSeconds(59));
        (await WhoAsync(token)).Should().Be("alice");
        _time.Advance(TimeSpan.FromSeconds(1));
        (await WhoAsync(token)).Should().BeNull();
    }

    [Fact]
    public async Task It_is_not_trusted_beyond_its_end()
    {
        var token = Tokens.For("alice", "customer", expires: _time.GetUtcNow().UtcDateTime.AddSeconds(30));
        (await WhoAsync(token)).Should().Be("alice");
        Withdraw();
        _time.Advance(TimeSpan.FromSeconds(30));
        (await WhoAsync(token)).Should().BeNull();
    }

    [Fact]
    public async Task Each_token_names_its_own_caller_and_one_that_was_refused_is_refused_again()
    {
        var (alice, olga, forged) = (
            Tokens.For("alice", "customer"),
            Tokens.For("olga", "operator"),
            Tokens.For("olga", "operator", key: Convert.ToBase64String(new byte[32]))
        );
        for (var time = 0; time < 2; time++)
        {
            (await WhoAsync(alice)).Should().Be("alice");
            (await WhoAsync(olga)).Should().Be("olga");
            (await WhoAsync(forged)).Should().BeNull();
            (await AskAsync("/all", alice)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
            (await AskAsync("/all", olga)).StatusCode.Should().Be(HttpStatusCode.OK);
            (await AskAsync("/me", null)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
            (await AskAsync("/me", Tokens.For("", "customer")))
                .StatusCode.Should()
                .Be(HttpStatusCode.Forbidden, "a token may name nobody");
        }
    }

    private void Withdraw() =>
        _app
            .Services.GetRequiredService<IOptionsMonitor<JwtBearerOptions>>()
            .Get(JwtBearerDefaults.AuthenticationScheme)
            .TokenValidationParameters.IssuerSigningKey = new SymmetricSecurityKey(new byte[32]);

    private async Task<string?> WhoAsync(string token)
    {
        using var answer = await AskAsync("/me", token);
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
            return null;
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    }

    private Task<HttpResponseMessage> AskAsync(string path, string? token) =>
        _client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, path)
            {
                Headers = { Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token) },
            }
        );
}
