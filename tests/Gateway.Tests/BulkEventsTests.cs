using System.Collections.Concurrent;
using System.Net;
using System.Net.ServerSentEvents;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http;

namespace DaprShop.Gateway.Tests;

/// <summary>A bulk job's progress, as it grows.</summary>
public sealed class BulkEventsTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private readonly Guid _job = Guid.CreateVersion7();
    private readonly ConcurrentQueue<(int Status, string Body)> _answers = [];
    private bool _askedInVain;

    [Fact]
    public async Task G29_Progress_is_told_once_per_change_until_nothing_is_under_way_and_an_outage_is_waited_out()
    {
        Answers(
            (200, Told(1)),
            (200, Told(1)),
            (200, Told(1)),
            (503, "{}"),
            (200, Told(4)),
            (200, Told(3)),
            (200, Told(4)),
            (200, Told(9, settled: true))
        );

        (await WatchAsync()).Should().Equal((1, Told(1)), (4, Told(4)), (9, Told(9, settled: true)));
    }

    [Fact]
    public async Task Who_comes_back_hears_nothing_twice()
    {
        Answers((200, Told(4)), (200, Told(4)), (200, Told(9, settled: true)));
        (await WatchAsync(last: "4")).Should().Equal((9, Told(9, settled: true)));
    }

    [Fact]
    public async Task A_refusal_ends_the_telling()
    {
        Answers((200, Told(1)), (200, Told(1)), (403, "{}"));
        (await WatchAsync()).Should().Equal((1, Told(1)));
    }

    [Fact]
    public async Task While_Orders_is_away_no_telling_begins()
    {
        Answers((503, "{}"));
        using var answer = await fixture
            .Gateway.As(Identity.Customer)
            .GetAsync($"bulk-orders/{_job}/events", TestContext.Current.CancellationToken);
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task A_job_that_is_not_ones_own_is_not_told_of()
    {
        Answers((404, """{"type":"urn:daprshop:problem:not-found"}"""));
        using var answer = await fixture
            .Gateway.As(Identity.Customer)
            .GetAsync($"bulk-orders/{_job}/events", TestContext.Current.CancellationToken);
        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
        using var nobody = await fixture
            .Gateway.CreateClient()
            .GetAsync($"bulk-orders/{_job}/events", TestContext.Current.CancellationToken);
        nobody.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    private static string Told(long version, bool settled = false) =>
        $$"""{"version":{{version}},"settled":{{(settled ? "true" : "false")}}}""";

    private void Answers(params (int, string)[] answers)
    {
        foreach (var answer in answers)
            _answers.Enqueue(answer);
        fixture.Sidecar.Answer = async context =>
        {
            if (!_answers.TryDequeue(out var answer))
                (answer, _askedInVain) = ((410, "{}"), true);
            context.Response.StatusCode = answer.Status;
            context.Response.ContentType = answer.Status < 400 ? "application/json" : "application/problem+json";
            await context.Response.WriteAsync(answer.Body);
        };
    }

    private async Task<List<(long Id, string Body)>> WatchAsync(string? last = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"bulk-orders/{_job}/events");
        if (last is not null)
            request.Headers.Add("Last-Event-ID", last);
        using var answer = await fixture
            .Gateway.As(Identity.Customer)
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        await using var stream = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var events = new List<(long, string)>();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(deadline.Token))
            events.Add((long.Parse(item.EventId!), item.Data));
        _askedInVain.Should().BeFalse("it ends with what was told last");
        return events;
    }
}
