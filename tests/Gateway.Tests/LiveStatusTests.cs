using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Gateway.Streams;
using DaprShop.ServiceDefaults;
using DaprShop.ServiceKit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Gateway.Tests;

/// <summary>What a watcher of an order is told, whatever becomes of the news.</summary>
public sealed class LiveStatusTests : IAsyncLifetime
{
    private const string Token = "the-gateways-token";
    private readonly FakeOrders _orders = new();
    private readonly FakeTimeProvider _time = new();
    private FakeSidecar _sidecar = null!;
    private ServiceHost<Program> _gateway = null!;
    private HttpClient _ann = null!;

    public async ValueTask InitializeAsync()
    {
        _sidecar = await FakeSidecar.StartAsync();
        _sidecar.Answer = _orders.AnswerAsync;
        _gateway = Replica();
        _ann = _gateway.As(Identity.Customer, "ann");
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _sidecar.DisposeAsync();
    }

    [Fact]
    public async Task N1_A_stream_begins_with_the_orders_first_version_and_goes_on_as_it_is_heard()
    {
        _orders.Moves("accepted");
        _orders.Moves("reserved");
        await using var stream = await OpenAsync();

        (await stream.NextAsync()).Should().Be($$"""1 status {"orderId":"{{_orders.Id}}","version":1,"from":null,"status":"accepted","reason":null,"at":"1970-01-01T00:00:00+00:00"}""");
        (await stream.VersionAsync()).Should().Be("2 status");
        Hear(_orders.Moves("paid", "why"));
        (await stream.NextAsync()).Should().Be($$"""3 status {"orderId":"{{_orders.Id}}","version":3,"from":"reserved","status":"paid","reason":"why","at":"1970-01-01T00:00:02+00:00"}""");
        _orders.Asked.Should().Be(1, "what is heard needs no question");
    }

    [Fact]
    public async Task N1_A_stream_that_is_cut_goes_on_right_after_the_last_event_that_the_client_has()
    {
        foreach (var status in (string[])["accepted", "reserved", "paid"]) _orders.Moves(status);
        await using (var stream = await OpenAsync()) (await stream.VersionAsync()).Should().Be("1 status");
        await using var again = await OpenAsync("1");

        (await again.VersionAsync()).Should().Be("2 status");
        (await again.VersionAsync()).Should().Be("3 status");
        _sidecar.Calls.Last().Path.Should().EndWith($"/orders/{_orders.Id}/transitions?after=1");
        _sidecar.Calls.Last().Headers["authorization"].Should().Be(_ann.DefaultRequestHeaders.Authorization!.ToString(), "Orders decides who may see it");
    }

    [Fact]
    public async Task N1_News_that_come_twice_or_late_or_in_disorder_are_told_once_and_in_order()
    {
        var accepted = _orders.Moves("accepted");
        await using var stream = await OpenAsync();
        (await stream.VersionAsync()).Should().Be("1 status");
        var (reserved, paid, confirmed) = (_orders.Moves("reserved"), _orders.Moves("paid"), _orders.Moves("confirmed"));

        Hear(paid, reserved, reserved, accepted, confirmed, paid);
        Hear(_orders.Moves("shipped"));

        foreach (var version in Enumerable.Range(2, 4)) (await stream.VersionAsync()).Should().Be($"{version} status");
    }

    [Fact]
    public async Task N1_What_is_missing_is_asked_of_Orders_at_once()
    {
        _orders.Moves("accepted");
        await using var stream = await OpenAsync();
        (await stream.VersionAsync()).Should().Be("1 status");
        _orders.Moves("reserved");
        Hear(_orders.Moves("paid"));

        (await stream.VersionAsync()).Should().Be("2 status");
        (await stream.VersionAsync()).Should().Be("3 status");
        _orders.Asked.Should().Be(2);
    }

    [Fact]
    public async Task N1_News_that_are_lost_are_found_when_a_silent_stream_is_compared_with_Orders()
    {
        _orders.Moves("accepted");
        await using var stream = await OpenAsync();
        (await stream.VersionAsync()).Should().Be("1 status");
        _orders.Moves("reserved");

        var next = stream.VersionAsync();
        await Eventually.BecomesTrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            return Task.FromResult(next.IsCompleted);
        }, "the loss is found");
        (await next).Should().Be("2 status");
    }

    [Fact]
    public async Task N1_While_Orders_is_away_an_open_stream_waits_and_loses_nothing()
    {
        _orders.Moves("accepted");
        await using var stream = await OpenAsync();
        (await stream.VersionAsync()).Should().Be("1 status");
        _orders.Instead = context => { context.Response.StatusCode = 500; return Task.CompletedTask; };
        _orders.Moves("reserved");
        Hear(_orders.Moves("paid"));
        await Eventually.BecomesTrueAsync(() => Task.FromResult(_orders.Asked == 2), "it asks in vain");
        _orders.Instead = null;
        Hear(_orders.Moves("confirmed"));

        foreach (var version in Enumerable.Range(2, 3)) (await stream.VersionAsync()).Should().Be($"{version} status");
    }

    [Fact]
    public async Task N1_More_news_than_a_slow_watcher_can_keep_cost_it_nothing_but_a_question()
    {
        _orders.Moves("accepted");
        var asked = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        _orders.Instead = async context => { asked.TrySetResult(); await goOn.Task; _orders.Instead = null; await _orders.AnswerAsync(context); };
        var opening = OpenAsync();
        await asked.Task;
        for (var i = 0; i < 100; i++) Hear(_orders.Moves(i % 2 == 0 ? "needs_attention" : "accepted"));
        goOn.SetResult();

        await using var stream = await opening;
        foreach (var version in Enumerable.Range(1, 101)) (await stream.VersionAsync()).Should().Be($"{version} status");
    }

    [Theory]
    [InlineData("7")]
    [InlineData("99999999999999999999")]
    public async Task N1_A_client_that_is_ahead_of_the_order_is_told_the_present_and_goes_on_from_there(string ahead)
    {
        _orders.Moves("accepted");
        _orders.Moves("reserved");
        await using var stream = await OpenAsync(ahead);

        (await stream.NextAsync()).Should().StartWith("2 snapshot {").And.Contain("\"status\":\"reserved\"");
        Hear(_orders.Moves("paid"));
        (await stream.VersionAsync()).Should().Be("3 status");
    }

    [Theory]
    [InlineData("rejected")]
    [InlineData("cancelled")]
    [InlineData("expired")]
    [InlineData("delivered")]
    public async Task N1_The_last_status_ends_the_stream_and_who_comes_again_is_told_to_stop(string status)
    {
        _orders.Moves("accepted");
        await using var stream = await OpenAsync();
        Hear(_orders.Moves(status));
        (await stream.VersionAsync()).Should().Be("1 status");
        (await stream.VersionAsync()).Should().Be("2 status");
        (await stream.NextAsync()).Should().BeNull();

        (await GetAsync("2")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        await using var late = await OpenAsync("1");
        (await late.VersionAsync()).Should().Be("2 status");
        (await late.NextAsync()).Should().BeNull();
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("-1")]
    [InlineData("1.5")]
    public async Task A_last_event_id_that_is_no_version_is_refused(string id) => await IsProblemAsync(await GetAsync(id), 400, "bad-last-event-id");

    [Theory]
    [InlineData(404, "not-found")]
    [InlineData(403, "forbidden")]
    public async Task What_Orders_refuses_is_refused_before_a_stream_begins(int status, string kind)
    {
        _orders.Instead = context => Problems.Of(status, kind, "No", "No.").ExecuteAsync(context);
        await IsProblemAsync(await GetAsync(), status, kind);
    }

    [Fact]
    public async Task Nobody_watches_without_a_token_and_not_while_Orders_is_away()
    {
        using var anonymous = await _gateway.CreateClient().GetAsync($"/orders/{_orders.Id}/events", TestContext.Current.CancellationToken);
        await IsProblemAsync(anonymous, 401, "unauthenticated");
        _orders.Instead = context => { context.Response.StatusCode = 500; return Task.CompletedTask; };
        using var away = await GetAsync();
        await IsProblemAsync(away, 503, "unavailable");
        away.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_token_that_has_run_out_ends_the_stream()
    {
        _orders.Moves("accepted");
        await using var stream = await OpenAsync();
        (await stream.VersionAsync()).Should().Be("1 status");
        _orders.Instead = context => Problems.Of(401, "unauthenticated", "No", "No.").ExecuteAsync(context);
        _orders.Moves("reserved");
        Hear(_orders.Moves("paid"));

        (await stream.NextAsync()).Should().BeNull();
    }

    [Fact]
    public async Task A_customer_has_twenty_streams_and_the_next_is_refused_until_one_ends()
    {
        _orders.Moves("accepted");
        var open = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => OpenAsync()));
        using var refused = await GetAsync();
        var problem = await IsProblemAsync(refused, 429, "too-many-streams");
        (problem.GetProperty("allowed").GetInt32(), refused.Headers.RetryAfter!.Delta).Should().Be((20, TimeSpan.FromSeconds(1)));
        await using (await OpenAsync(client: _gateway.As(Identity.Customer, "bob"))) await using (await OpenAsync(client: _gateway.As(Identity.Operator, "olga")))
        {
            await open[0].DisposeAsync();
            await Eventually.BecomesTrueAsync(async () =>
            {
                using var again = await GetAsync();
                return again.StatusCode == HttpStatusCode.OK;
            }, "there is a place again");
        }

        foreach (var stream in open) await stream.DisposeAsync();
        await Eventually.BecomesTrueAsync(() => Task.FromResult(_gateway.Services.GetRequiredService<LiveOrders>().Watched == 0), "nothing is kept of streams that ended");
    }

    [Fact]
    public async Task N1_Every_replica_of_the_gateway_hears_every_page_from_its_own_sidecar()
    {
        await using var other = Replica();
        _orders.Moves("accepted");
        await using var here = await OpenAsync();
        await using var there = await OpenAsync(client: other.As(Identity.Customer, "ann"));
        foreach (var status in (string[])["reserved", "paid", "confirmed"])
        {
            var page = FakeOrders.Page(_orders.Moves(status));
            foreach (var replica in new[] { _gateway, other }) (await DeliverAsync(replica, page, Token)).Should().Be(HttpStatusCode.OK);
        }

        foreach (var stream in new[] { here, there }) foreach (var version in Enumerable.Range(1, 4)) (await stream.VersionAsync()).Should().Be($"{version} status");
        _orders.Asked.Should().Be(2, "each asked once, to begin with");
    }

    [Fact]
    public async Task The_sidecar_learns_what_to_bring_and_nobody_else_can_bring_anything()
    {
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/dapr/subscribe") { Headers = { { SidecarDoor.Header, Token } } };
        using var answer = await _gateway.CreateClient().SendAsync(asked, TestContext.Current.CancellationToken);
        var subscriptions = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        subscriptions.EnumerateArray().Select(s => (s.GetProperty("pubsubName").GetString(), s.GetProperty("topic").GetString())).Should().Equal((Components.Broadcast, Topics.BroadcastOf(Topics.Orders)));

        var page = FakeOrders.Page(_orders.Moves("accepted"));
        (await DeliverAsync(_gateway, page, null)).Should().Be(HttpStatusCode.Unauthorized);
        (await DeliverAsync(_gateway, page, "guessed")).Should().Be(HttpStatusCode.Unauthorized);
        await using var open = new ServiceHost<Program>(null, ("DAPR_HTTP_ENDPOINT", _sidecar.Address));
        (await DeliverAsync(open, page, null)).Should().Be(HttpStatusCode.Unauthorized, "without a token of its own it lets nobody in");
        (await DeliverAsync(open, page, "")).Should().Be(HttpStatusCode.Unauthorized);
    }

    private ServiceHost<Program> Replica() => new(null, services => services.AddSingleton<TimeProvider>(_time), ("DAPR_HTTP_ENDPOINT", _sidecar.Address), ("APP_API_TOKEN", Token));

    private void Hear(params OrderTransition[] transitions) => _gateway.Services.GetRequiredService<LiveOrders>().Hear(FakeOrders.Page(transitions));

    private static async Task<HttpStatusCode> DeliverAsync(ServiceHost<Program> gateway, EventPage page, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/broadcasts/orders-live")
        {
            Content = JsonContent.Create(new { id = "1", topic = "orders-live", entries = new[] { new { entryId = "1", contentType = "application/cloudevents+json", metadata = new { }, @event = new { data = page } } } }),
        };
        if (token is not null) request.Headers.TryAddWithoutValidation(SidecarDoor.Header, token);
        return (await gateway.CreateClient().SendAsync(request)).StatusCode;
    }

    private async Task<HttpResponseMessage> GetAsync(string? last = null, HttpClient? client = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/orders/{_orders.Id}/events");
        if (last is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", last);
        return await (client ?? _ann).SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private async Task<OpenStream> OpenAsync(string? last = null, HttpClient? client = null) => OpenStream.Of(await GetAsync(last, client));

    private static async Task<JsonElement> IsProblemAsync(HttpResponseMessage response, int status, string kind)
    {
        ((int)response.StatusCode, response.Content.Headers.ContentType!.MediaType).Should().Be((status, "application/problem+json"));
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("type").GetString().Should().EndWith($":{kind}");
        return problem;
    }
}
