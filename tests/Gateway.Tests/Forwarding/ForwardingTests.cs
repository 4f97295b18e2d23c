using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DaprShop.Gateway.Forwarding;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.AspNetCore.Http;

namespace DaprShop.Gateway.Tests;

/// <summary>Requests are forwarded to their service, and failures become problems.</summary>
public sealed class ForwardingTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private readonly FakeSidecar _sidecar = fixture.Sidecar.Reset();
    private readonly HttpClient _operator = fixture.Gateway.As(Identity.Operator);
    private readonly HttpClient _customer = fixture.Gateway.As(Identity.Customer, "ann");

    public static TheoryData<string, string, string, string> Routes =>
        [.. RouteTable.Forwarded.Where(r => r.Policy is not null).Select(r => (r.Method, r.Pattern, r.App, r.Policy!))];

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Each_route_reaches_its_service_and_admits_the_roles_of_its_policy(
        string method,
        string pattern,
        string app,
        string policy
    )
    {
        var path = pattern
            .Replace("{id}", $"{Guid.CreateVersion7()}")
            .Replace("{orderId}", $"{Guid.CreateVersion7()}")
            .Replace("{sku}", "85123A-b%20c")
            .Replace("{reference}", "PO%2017")
            .Replace("{location}", "north")
            .Replace("{customer}", "ann")
            .Replace("{row}", "7")
            .Replace("{time}", "2026-11-25T12:00:00Z");
        _sidecar.Calls.Clear();

        (await SendAsync(fixture.Gateway.CreateClient(), method, path)).Should().Be(HttpStatusCode.Unauthorized);
        (await SendAsync(_customer, method, path))
            .Should()
            .Be(policy == Identity.Customer ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
        (await SendAsync(_operator, method, path + "?limit=3")).Should().Be(HttpStatusCode.OK);

        var call = _sidecar.Calls.Last();
        (call.Method, call.Path).Should().Be((method, $"/v1.0/invoke/{app}/method{path}?limit=3"));
        call.Headers["authorization"].Should().Be(_operator.DefaultRequestHeaders.Authorization!.ToString());
        _sidecar.Calls.Should().HaveCount(policy == Identity.Customer ? 2 : 1, "a rejected request is not forwarded");
    }

    [Theory]
    [InlineData("PUT", "/items/p%252F", "sku")]
    [InlineData("PUT", "/items/p%2Fq", "sku")]
    [InlineData("POST", "/inbounds/TR%3F7/receipts", "reference")]
    [InlineData("GET", "/customers/zo%C3%AB/timeline", "customer")]
    [InlineData("PUT", "/locations/a%23b", "location")]
    public async Task A_path_with_what_is_no_name_is_refused_with_the_alphabet_and_not_forwarded(
        string method,
        string path,
        string parameter
    )
    {
        _sidecar.Calls.Clear();
        using var response = await _operator.SendAsync(
            new HttpRequestMessage(new HttpMethod(method), path),
            TestContext.Current.CancellationToken
        );

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .Should()
            .Contain($"'{parameter}'")
            .And.Contain("letters A to Z");
        _sidecar.Calls.Should().BeEmpty();
    }

    [Fact]
    public async Task A_path_carries_every_odd_character_of_a_name_as_it_was_sent()
    {
        const string Path = "/items/sku%20%281%29%20%26%202%7C3~%2B%3D%40%3A%2C.-_";
        (await SendAsync(_operator, "GET", Path)).Should().Be(HttpStatusCode.OK);
        Uri.UnescapeDataString(_sidecar.Calls.Last().Path)
            .Should()
            .EndWith("/v1.0/invoke/inventory/method/items/sku (1) & 2|3~+=@:,.-_");
    }

    [Fact]
    public async Task A_webhook_of_the_payment_provider_is_forwarded_without_a_token_and_with_its_signature()
    {
        _sidecar.Respond = context => context.Response.WriteAsync("received");
        _sidecar.Calls.Clear();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/payments")
        {
            Content = new StringContent("{}"),
        };
        request.Headers.Add("webhook-signature", "v1,abc");

        using var response = await fixture
            .Gateway.CreateClient()
            .SendAsync(request, TestContext.Current.CancellationToken);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        var call = _sidecar.Calls.Single();
        call.Path.Should().Be("/v1.0/invoke/payments/method/webhooks/payments");
        call.Headers["webhook-signature"].Should().Be("v1,abc");
    }

    [Theory]
    [InlineData("POST", "/charges")]
    [InlineData("POST", "/refunds")]
    [InlineData("POST", "/reservations")]
    [InlineData("POST", "/reservations/release")]
    [InlineData("POST", "/items/lookup")]
    [InlineData("GET", "/events?after=0")]
    [InlineData("GET", "/v1.0/invoke/orders/method/events")]
    [InlineData("POST", "/subscriptions/orders")]
    [InlineData("GET", "/orders/1/timeline/..%2F..%2Fevents")]
    public async Task Routes_for_sidecars_only_cannot_be_reached(string method, string path)
    {
        _sidecar.Calls.Clear();
        using var response = await _operator.SendAsync(
            new HttpRequestMessage(new HttpMethod(method), path),
            TestContext.Current.CancellationToken
        );

        ((int)response.StatusCode).Should().BeOneOf(404, 405);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        _sidecar.Calls.Should().BeEmpty();
    }

    [Fact]
    public async Task A_wrong_method_gets_405_with_the_allowed_methods()
    {
        using var response = await _operator.PatchAsync("/orders", null, TestContext.Current.CancellationToken);

        await IsProblemAsync(response, 405, "method-not-allowed");
        response.Content.Headers.Allow.Should().BeEquivalentTo("GET", "POST");
    }

    [Fact]
    public async Task Headers_of_a_client_do_not_control_the_sidecar()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/orders");
        request.Headers.Add("dapr-app-id", "payments");
        request.Headers.Add("Dapr-Api-Token", "guessed");
        request.Headers.Add("dapr-caller-app-id", "orders");
        using var response = await _operator.SendAsync(request, TestContext.Current.CancellationToken);

        var headers = _sidecar.Calls.Last().Headers;
        headers.Keys.Where(k => k.StartsWith("dapr-")).Should().Equal("dapr-api-token");
        headers["dapr-api-token"].Should().Be("the-sidecars-token");
        headers["host"].Should().Be(new Uri(fixture.Sidecar.Address).Authority);
    }

    [Fact]
    public async Task A_token_that_is_forged_expired_or_for_another_audience_is_rejected()
    {
        var forged = Tokens.For("olga", Identity.Operator, key: Convert.ToBase64String(new byte[32]));
        var expired = Tokens.For("olga", Identity.Operator, expires: DateTime.UnixEpoch.AddYears(50));
        var otherIssuer = Tokens.For("olga", Identity.Operator, issuer: "another");
        var otherAudience = Tokens.For("olga", Identity.Operator, audience: "another");
        foreach (var token in new[] { forged, expired, otherIssuer, otherAudience, "malformed" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/ops/backlog")
            {
                Headers = { Authorization = new("Bearer", token) },
            };
            using var response = await fixture
                .Gateway.CreateClient()
                .SendAsync(request, TestContext.Current.CancellationToken);
            await IsProblemAsync(response, 401, "unauthenticated");
        }
    }

    [Fact]
    public async Task The_request_and_the_response_are_forwarded_unchanged()
    {
        _sidecar.Respond = async context =>
        {
            context.Response.StatusCode = 422;
            context.Response.Headers["Idempotency-Replayed"] = "true";
            context.Response.ContentType = "application/problem+json";
            await context.Response.WriteAsync("""{"type":"urn:daprshop:problem:invalid"}""");
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders")
        {
            Content = new StringContent("""{"lines":[]}""", Encoding.UTF8, "application/json"),
            Headers = { { "Idempotency-Key", "k" } },
        };
        using var response = await _customer.SendAsync(request, TestContext.Current.CancellationToken);

        await IsProblemAsync(response, 422, "invalid");
        response.Headers.GetValues("Idempotency-Replayed").Should().Equal("true");
        (_sidecar.Calls.Last().Body, _sidecar.Calls.Last().Headers["idempotency-key"])
            .Should()
            .Be(("""{"lines":[]}""", "k"));
    }

    [Fact]
    public async Task O6_Cookies_stay_at_the_gateway()
    {
        _sidecar.Respond = context => context.Response.WriteAsync("fine");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/orders");
        request.Headers.Add("Cookie", "basket=" + new string('x', 15_000));

        using var response = await _customer.SendAsync(request, TestContext.Current.CancellationToken);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        _sidecar.Calls.Last().Headers.Should().NotContainKey("cookie");
    }

    [Fact]
    public async Task A_header_may_contain_non_ASCII_letters()
    {
        _sidecar.Respond = _ => Task.CompletedTask;
        using var client = new HttpClient(
            new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }
        )
        {
            BaseAddress = _customer.BaseAddress,
        };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/orders")
        {
            Headers = { Authorization = _customer.DefaultRequestHeaders.Authorization },
        };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", "Übergröße");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        _sidecar.Calls.Last().Headers["idempotency-key"].Should().Be("Übergröße");
    }

    [Theory]
    [InlineData(500, """{"errorCode":"ERR_DIRECT_INVOKE","message":"failed to invoke, id: orders"}""")]
    [InlineData(502, "")]
    [InlineData(503, "upstream connect error")]
    public async Task A_sidecars_own_error_becomes_a_503_with_Retry_After(int status, string body)
    {
        _sidecar.Respond = async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body);
        };
        using var response = await _customer.GetAsync("/orders", TestContext.Current.CancellationToken);

        await IsProblemAsync(response, 503, "unavailable");
        response.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(413, "too-large")]
    [InlineData(404, "not-forwarded")]
    public async Task A_rejection_by_the_sidecar_becomes_a_problem_with_its_status(int status, string kind)
    {
        _sidecar.Respond = context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync("""{"errorCode":"ERR"}""");
        };
        using var response = await _customer.GetAsync("/orders", TestContext.Current.CancellationToken);

        await IsProblemAsync(response, status, kind);
    }

    [Theory]
    [InlineData(400, "encoded slash")]
    [InlineData(408, "too slowly")]
    [InlineData(414, "too long")]
    [InlineData(431, "headers are too large")]
    public async Task A_rejection_by_the_sidecar_says_what_is_wrong(int status, string reason)
    {
        _sidecar.Respond = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        using var response = await _customer.GetAsync("/orders", TestContext.Current.CancellationToken);

        ((int)response.StatusCode).Should().Be(status);
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Should().Contain(reason);
    }

    [Fact]
    public async Task A_broken_connection_becomes_a_503()
    {
        _sidecar.Respond = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        using var response = await _customer.GetAsync("/orders", TestContext.Current.CancellationToken);

        await IsProblemAsync(response, 503, "unavailable");
    }

    [Fact]
    public async Task An_empty_200_that_no_service_has_sent_becomes_a_503()
    {
        _sidecar.Respond = context =>
        {
            context.Response.ContentType = null;
            return Task.CompletedTask;
        };
        using var response = await _customer.PostAsync("/orders", null, TestContext.Current.CancellationToken);

        await IsProblemAsync(response, 503, "unavailable");
    }

    [Fact]
    public async Task Without_a_sidecar_requests_get_503_and_the_gateway_is_not_ready()
    {
        await using var alone = new ServiceHost<Program>(null, ("DAPR_HTTP_ENDPOINT", "http://127.0.0.1:9"));
        using var response = await alone
            .As(Identity.Customer)
            .GetAsync("/orders", TestContext.Current.CancellationToken);
        using var ready = await alone.CreateClient().GetAsync("/health/ready", TestContext.Current.CancellationToken);
        using var live = await alone.CreateClient().GetAsync("/health/live", TestContext.Current.CancellationToken);
        using var withSidecar = await fixture
            .Gateway.CreateClient()
            .GetAsync("/health/ready", TestContext.Current.CancellationToken);

        await IsProblemAsync(response, 503, "unavailable");
        (ready.StatusCode, live.StatusCode, withSidecar.StatusCode)
            .Should()
            .Be((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK, HttpStatusCode.OK));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_is_rejected_with_or_without_a_content_length(bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders")
        {
            Content = new ByteArrayContent(new byte[ShopService.MaxBodySize + 1]),
        };
        request.Headers.ExpectContinue = !chunked;
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await _customer.SendAsync(request, TestContext.Current.CancellationToken);

        await IsProblemAsync(response, 413, "too-large");
    }

    [Fact]
    public async Task A_response_is_forwarded_while_the_service_still_writes_it()
    {
        var more = new TaskCompletionSource();
        _sidecar.Respond = async context =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await more.Task;
            await context.Response.WriteAsync("second");
        };
        using var response = await _customer.GetAsync(
            "/orders",
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var buffer = new byte[5];
        await body.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken);
        more.SetResult();

        Encoding.UTF8.GetString(buffer).Should().Be("first");
        (await new StreamReader(body).ReadToEndAsync(TestContext.Current.CancellationToken)).Should().Be("second");
    }

    [Fact]
    public async Task Redirects_and_cookies_are_returned_to_the_client()
    {
        _sidecar.Calls.Clear();
        _sidecar.Respond = context =>
        {
            context.Response.Headers.SetCookie = "a=b";
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        };
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = _customer.BaseAddress,
            DefaultRequestHeaders = { Authorization = _customer.DefaultRequestHeaders.Authorization },
        };
        for (var i = 0; i < 2; i++)
        {
            using var response = await client.GetAsync("/orders", TestContext.Current.CancellationToken);
            (response.StatusCode, response.Headers.GetValues("Set-Cookie").Single())
                .Should()
                .Be((HttpStatusCode.Redirect, "a=b"));
        }

        _sidecar.Calls.Should().HaveCount(2).And.OnlyContain(c => !c.Headers.ContainsKey("cookie"));
    }

    private async Task<HttpStatusCode> SendAsync(HttpClient client, string method, string path)
    {
        _sidecar.Respond = context => context.Response.WriteAsync("fine");
        using var response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        return response.StatusCode;
    }

    private static async Task IsProblemAsync(HttpResponseMessage response, int status, string kind)
    {
        ((int)response.StatusCode).Should().Be(status);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        (await response.Content.ReadFromJsonAsync<JsonElement>())
            .GetProperty("type")
            .GetString()
            .Should()
            .EndWith($":{kind}");
    }
}
