using System.Collections.Concurrent;
using System.Net;
using System.Net.ServerSentEvents;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http;

namespace DaprShop.Gateway.Tests;

/// <summary>The stream of a bulk job's progress.</summary>
public sealed class BulkProgressTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private readonly Guid _job = Guid.CreateVersion7();
    private readonly ConcurrentQueue<(int Status, string Body)> _responses = [];
    private readonly List<string> _types = [];
    private bool _hasRunOut;

    [Fact]
    public async Task G29_Each_change_is_sent_once_until_the_job_is_settled_and_an_outage_only_delays_it()
    {
        Respond(
            (200, Job(1)),
            (200, Job(1)),
            (200, Job(1)),
            (503, "{}"),
            (200, Job(4)),
            (200, Job(3)),
            (200, Job(4)),
            (200, Job(9, settled: true))
        );

        (await WatchAsync()).Should().Equal((1, Job(1)), (4, Job(4)), (9, Job(9, settled: true)));
    }

    [Fact]
    public async Task A_client_that_reconnects_gets_no_event_twice()
    {
        Respond((200, Job(4)), (200, Job(4)), (200, Job(9, settled: true)));
        (await WatchAsync(last: "4")).Should().Equal((9, Job(9, settled: true)));
    }

    [Fact]
    public async Task A_client_that_has_the_settled_job_gets_204_so_that_an_EventSource_stops()
    {
        Respond((200, Job(9, settled: true)));
        (await StatusAsync(last: "9")).Should().Be(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_client_that_is_ahead_of_the_job_gets_a_snapshot_and_then_its_changes()
    {
        Respond((200, Job(4)), (200, Job(9, settled: true)));
        (await WatchAsync(last: "12")).Should().Equal((4, Job(4)), (9, Job(9, settled: true)));
        _types.Should().Equal("snapshot", "progress");
        Respond((200, Job(9, settled: true)));
        (await WatchAsync(last: "12")).Should().Equal((9, Job(9, settled: true)));
    }

    [Fact]
    public async Task A_last_event_id_that_is_no_number_is_refused()
    {
        Respond((200, Job(4)));
        (await StatusAsync(last: "four")).Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_rejection_ends_the_stream()
    {
        Respond((200, Job(1)), (200, Job(1)), (403, "{}"));
        (await WatchAsync()).Should().Equal((1, Job(1)));
    }

    [Fact]
    public async Task No_stream_begins_while_Orders_is_unavailable()
    {
        Respond((503, "{}"));
        using var response = await fixture
            .Gateway.As(Identity.Customer)
            .GetAsync($"bulk-orders/{_job}/events", TestContext.Current.CancellationToken);
        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task Another_customers_job_is_not_found_and_a_client_without_a_token_gets_401()
    {
        Respond((404, """{"type":"urn:daprshop:problem:not-found"}"""));
        using var response = await fixture
            .Gateway.As(Identity.Customer)
            .GetAsync($"bulk-orders/{_job}/events", TestContext.Current.CancellationToken);
        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
        using var anonymous = await fixture
            .Gateway.CreateClient()
            .GetAsync($"bulk-orders/{_job}/events", TestContext.Current.CancellationToken);
        anonymous.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    private static string Job(long version, bool settled = false) =>
        $$"""{"version":{{version}},"settled":{{(settled ? "true" : "false")}}}""";

    private void Respond(params (int, string)[] responses)
    {
        foreach (var response in responses)
            _responses.Enqueue(response);
        fixture.Sidecar.Respond = async context =>
        {
            if (!_responses.TryDequeue(out var response))
                (response, _hasRunOut) = ((410, "{}"), true);
            context.Response.StatusCode = response.Status;
            context.Response.ContentType = response.Status < 400 ? "application/json" : "application/problem+json";
            await context.Response.WriteAsync(response.Body);
        };
    }

    private async Task<HttpStatusCode> StatusAsync(string last)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"bulk-orders/{_job}/events");
        request.Headers.Add("Last-Event-ID", last);
        using var response = await fixture
            .Gateway.As(Identity.Customer)
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private async Task<List<(long Id, string Body)>> WatchAsync(string? last = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"bulk-orders/{_job}/events");
        if (last is not null)
            request.Headers.Add("Last-Event-ID", last);
        using var response = await fixture
            .Gateway.As(Identity.Customer)
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        response.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var events = new List<(long, string)>();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(deadline.Token))
        {
            events.Add((long.Parse(item.EventId!), item.Data));
            _types.Add(item.EventType);
        }

        _hasRunOut.Should().BeFalse("the stream ends with the settled job");
        return events;
    }
}
