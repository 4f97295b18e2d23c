using System.Collections.Concurrent;
using Dapr.AspNetCore;
using DaprShop.TestKit;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Tests.Kit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EmbeddedDapr.Tests;

public sealed class DeliveryTests
{
    private const string Topic = "notes";
    private const string DeadTopic = "notes-dead";

    [Fact]
    public async Task A_bulk_arrives_once_and_in_order()
    {
        var sidecar = TestSidecars.For("reader");
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        await using var app = await SubscriberApp.BulkAsync(sidecar, Topic);
        using var client = TestRuntime.ClientOf(sidecar);

        var published = await client.BulkPublishEventAsync(TestSidecars.PubSub, Topic, Notes(200));

        published.FailedEntries.Should().BeEmpty();
        await AllDeliveredAsync(runtime, app, 200);
        app.Received.Should().Equal(Enumerable.Range(0, 200).Select(i => $"{i}"));
    }

    [Fact]
    public async Task A_failed_message_is_redelivered()
    {
        var sidecar = TestSidecars.For("reader");
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        var failures = 3;
        await using var app = await SubscriberApp.OneByOneAsync(sidecar, Topic, _ =>
            Interlocked.Decrement(ref failures) >= 0 ? Results.StatusCode(500) : Results.Ok()
        );
        using var client = TestRuntime.ClientOf(sidecar);
        await client.PublishEventAsync(TestSidecars.PubSub, Topic, new Note("a"));

        await AllDeliveredAsync(runtime, app, 4);
        app.Received.Should().Equal("a", "a", "a", "a");
    }

    [Fact]
    public async Task An_app_that_accepts_no_connection_gets_its_messages_later()
    {
        var sidecar = TestSidecars.For("reader");
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        await using (await SubscriberApp.OneByOneAsync(sidecar, Topic))
            await Wait.UntilAsync(
                () =>
                    Task.FromResult(runtime.Services.GetRequiredService<SubscriptionRegistry>().Of(sidecar).Count == 1),
                "the subscription"
            );
        using var client = TestRuntime.ClientOf(sidecar);
        using (await DeafPort.ListenAsync(sidecar.AppPort))
        {
            await client.PublishEventAsync(TestSidecars.PubSub, Topic, new Note("a"));
            // Longer than the connect timeout of the runtime.
            await Task.Delay(TimeSpan.FromSeconds(6));
        }

        await using var app = await SubscriberApp.OneByOneAsync(sidecar, Topic);
        await AllDeliveredAsync(runtime, app, 1);
    }

    [Fact]
    public async Task An_invalid_subscription_response_is_requested_again()
    {
        var sidecar = TestSidecars.For("reader");
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        var requested = new TaskCompletionSource();
        await using (var senseless = await SubscriberApp.StartAsync(sidecar, (_, routes) => routes
                    .MapGet("/dapr/subscribe", () =>
                    {
                        requested.TrySetResult();
                        return Results.Text("[null]");
                    })
                    .WithOrder(-1)))
            await requested.Task.WaitAsync(TimeSpan.FromSeconds(10));

        await using var app = await SubscriberApp.OneByOneAsync(sidecar, Topic);
        using var client = TestRuntime.ClientOf(sidecar);
        await client.PublishEventAsync(TestSidecars.PubSub, Topic, new Note("a"));
        await AllDeliveredAsync(runtime, app, 1);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(503)]
    public async Task No_error_status_loses_a_message(int status)
    {
        var sidecar = TestSidecars.For("reader");
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        var failures = 1;
        await using var app = await SubscriberApp.OneByOneAsync(sidecar, Topic, _ =>
            Interlocked.Decrement(ref failures) >= 0 ? Results.StatusCode(status) : Results.Ok()
        );
        using var client = TestRuntime.ClientOf(sidecar);
        await client.PublishEventAsync(TestSidecars.PubSub, Topic, new Note("a"));

        await AllDeliveredAsync(runtime, app, 2);
    }

    [Fact]
    public async Task Only_an_entry_without_a_status_is_redelivered()
    {
        var sidecar = TestSidecars.For("reader");
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        var failures = 2;
        await using var app = await SubscriberApp.BulkAsync(sidecar, Topic, text =>
            text == "3" && Interlocked.Decrement(ref failures) >= 0 ? null : BulkSubscribeAppResponseStatus.SUCCESS
        );
        using var client = TestRuntime.ClientOf(sidecar);
        await client.BulkPublishEventAsync(TestSidecars.PubSub, Topic, Notes(10));

        await AllDeliveredAsync(runtime, app, 12);
        app.Received.Should().HaveCount(12);
        app.Received.Count(text => text == "3").Should().Be(3);
    }

    [Fact]
    public async Task A_poison_entry_is_dead_lettered_and_the_others_are_delivered_once()
    {
        var sidecar = TestSidecars.For("reader", TestSidecars.TwoRetries);
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        var dead = new ConcurrentQueue<string>();
        await using var app = await SubscriberApp.BulkAsync(
            sidecar,
            Topic,
            text => text == "3" ? BulkSubscribeAppResponseStatus.RETRY : BulkSubscribeAppResponseStatus.SUCCESS,
            DeadTopic,
            (_, routes) => routes.MapDeadLetters(DeadTopic, dead)
        );
        using var client = TestRuntime.ClientOf(sidecar);
        await client.BulkPublishEventAsync(TestSidecars.PubSub, Topic, Notes(10));

        await Wait.UntilAsync(() => Task.FromResult(!dead.IsEmpty), "the dead letter");
        await AllDeliveredAsync(runtime, app, 12);
        dead.Should().Equal("3");
        app.Received.GroupBy(text => text)
            .ToDictionary(g => g.Key, g => g.Count())
            .Should()
            .Contain("3", 3)
            .And.Contain("2", 1)
            .And.HaveCount(10);
    }

    [Fact]
    public async Task A_dropped_entry_is_dead_lettered_without_retries()
    {
        var sidecar = TestSidecars.For("reader");
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        var dead = new ConcurrentQueue<string>();
        await using var app = await SubscriberApp.BulkAsync(
            sidecar,
            Topic,
            text => text == "1" ? BulkSubscribeAppResponseStatus.DROP : BulkSubscribeAppResponseStatus.SUCCESS,
            DeadTopic,
            (_, routes) => routes.MapDeadLetters(DeadTopic, dead)
        );
        using var client = TestRuntime.ClientOf(sidecar);
        await client.BulkPublishEventAsync(TestSidecars.PubSub, Topic, Notes(3));

        await Wait.UntilAsync(() => Task.FromResult(!dead.IsEmpty), "the dead letter");
        await AllDeliveredAsync(runtime, app, 3);
        app.Received.Should().Equal("0", "1", "2");
    }

    [Fact]
    public async Task Without_a_dead_letter_topic_a_dead_letter_is_stored_with_its_cause()
    {
        var sidecar = TestSidecars.For("reader", TestSidecars.TwoRetries);
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        await using var app = await SubscriberApp.OneByOneAsync(sidecar, Topic, _ => Results.StatusCode(500));
        using var client = TestRuntime.ClientOf(sidecar);
        await client.PublishEventAsync(TestSidecars.PubSub, Topic, new Note("a"));

        await AllDeliveredAsync(runtime, app, 3);
        (await Sql.ScalarAsync<string>(runtime.Database, "select consumer || ' ' || topic || ': ' || cause from dead"))
            .Should()
            .Be("reader notes: The app returned 500.");
    }

    [Fact]
    public async Task An_unreachable_app_costs_no_attempt()
    {
        var sidecar = TestSidecars.For("reader", TestSidecars.TwoRetries with { MaxRetries = 0 });
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        var app = await SubscriberApp.OneByOneAsync(sidecar, Topic);
        using var client = TestRuntime.ClientOf(sidecar);
        await client.PublishEventAsync(TestSidecars.PubSub, Topic, new Note("before"));
        await app.HasReceivedAsync(1);
        await app.DisposeAsync();
        await client.PublishEventAsync(TestSidecars.PubSub, Topic, new Note("while away"));
        // At least two leases and releases: each writes a new version of the row.
        var first = await Version(runtime);
        await Wait.UntilAsync(async () => await Version(runtime) > first + 3, "attempts at an unreachable app");

        await using var back = await SubscriberApp.OneByOneAsync(sidecar, Topic);

        await AllDeliveredAsync(runtime, back, 1);
        back.Received.Should().Equal("while away");
        (await Sql.ScalarAsync<long>(runtime.Database, "select count(*) from dead")).Should().Be(0);

        static Task<long> Version(TestRuntime runtime) =>
            Sql.ScalarAsync<long>(runtime.Database, "select coalesce(max(xmin::text::bigint), 0) from deliveries");
    }

    [Fact]
    public async Task A_handler_slower_than_a_lease_gets_the_message_once()
    {
        var sidecar = TestSidecars.For("reader");
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        await using var other = await TestRuntime.StartOnAsync(
            runtime.Database,
            TestSidecars.For("reader") with
            {
                AppPort = sidecar.AppPort,
            }
        );
        var mayEnd = new TaskCompletionSource();
        await using var app = await SubscriberApp.StartAsync(sidecar, (app, routes) =>
            routes.MapNotes(app, Topic, mayEnd.Task)
        );
        using var client = TestRuntime.ClientOf(sidecar);
        await client.PublishEventAsync(TestSidecars.PubSub, Topic, new Note("a"));
        await app.HasReceivedAsync(1);

        var leasedUntil = await Sql.ScalarAsync<DateTime>(runtime.Database, "select due_at from deliveries");
        await Wait.UntilAsync(
            async () =>
                await Sql.ScalarAsync<bool>(
                    runtime.Database,
                    $"select now() > '{leasedUntil:O}'::timestamptz + interval '2 seconds'"
                ),
            "a time well after the first lease"
        );
        mayEnd.SetResult();

        await AllDeliveredAsync(runtime, app, 1);
        app.Received.Should().Equal("a");
    }

    [Fact]
    public async Task A_former_lease_holder_changes_nothing()
    {
        var sidecar = TestSidecars.For("reader") with { AppPort = 0 };
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        using var client = TestRuntime.ClientOf(sidecar);
        var store = runtime.Services.GetRequiredService<MessageStore>();
        var topic = new TopicName(TestSidecars.PubSub, Topic);
        var id = await store.SubscribeAsync(topic, "reader", broadcast: false, CancellationToken.None);
        await client.PublishEventAsync(TestSidecars.PubSub, Topic, new Note("a"));
        var former = (await store.LeaseAsync(id, 1, TimeSpan.Zero, CancellationToken.None)).Single();
        var holder = (await store.LeaseAsync(id, 1, TimeSpan.FromMinutes(1), CancellationToken.None)).Single();

        var settlement = new Settlement();
        settlement.Retry.Add((former, TimeSpan.Zero, 1));
        settlement.Dead.Add((former, "too late"));
        await store.SettleAsync(topic, "reader", id, settlement, null, CancellationToken.None);
        await store.RenewAsync(id, [former], TimeSpan.FromHours(1), CancellationToken.None);

        (await Sql.ScalarAsync<DateTime>(runtime.Database, "select due_at from deliveries where failures = 0"))
            .Should()
            .Be(holder.LeasedUntil);
        (await Sql.ScalarAsync<long>(runtime.Database, "select count(*) from dead")).Should().Be(0);
    }

    [Fact]
    public async Task An_expired_message_is_not_delivered()
    {
        var sidecar = TestSidecars.For("reader");
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        using var client = TestRuntime.ClientOf(sidecar);
        await client.PublishEventAsync(
            TestSidecars.PubSub,
            Topic,
            new Note("old"),
            new Dictionary<string, string> { ["ttlInSeconds"] = "1" }
        );
        await client.PublishEventAsync(
            TestSidecars.PubSub,
            Topic,
            new Note("new"),
            new Dictionary<string, string> { ["ttlInSeconds"] = "600" }
        );
        await Wait.UntilAsync(
            async () =>
                await Sql.ScalarAsync<bool>(runtime.Database, "select bool_or(expires_at < now()) from messages"),
            "the first one's end"
        );

        await using var app = await SubscriberApp.OneByOneAsync(sidecar, Topic);

        await AllDeliveredAsync(runtime, app, 1);
        app.Received.Should().Equal("new");
    }

    [Fact]
    public async Task A_restarted_app_is_asked_for_its_subscriptions_again()
    {
        var sidecar = TestSidecars.For("reader");
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        using var client = TestRuntime.ClientOf(sidecar);
        await client.PublishEventAsync(TestSidecars.PubSub, "second", new Note("kept"));
        var app = await SubscriberApp.OneByOneAsync(sidecar, "first");
        await client.PublishEventAsync(TestSidecars.PubSub, "first", new Note("a"));
        await app.HasReceivedAsync(1);
        await app.DisposeAsync();

        await using var back = await SubscriberApp.OneByOneAsync(sidecar, "second");

        await back.HasReceivedAsync(1);
        back.Received.Should().Equal("kept");
    }

    [Fact]
    public async Task A_failing_handler_does_not_delay_other_topics()
    {
        var sidecar = TestSidecars.For("reader");
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        var other = new ConcurrentQueue<string>();
        await using var app = await SubscriberApp.BulkAsync(
            sidecar,
            Topic,
            _ => BulkSubscribeAppResponseStatus.RETRY,
            more: (_, routes) => routes.MapDeadLetters("other", other)
        );
        using var client = TestRuntime.ClientOf(sidecar);
        await client.PublishEventAsync(TestSidecars.PubSub, Topic, new Note("fails"));
        await app.HasReceivedAsync(2);

        await client.PublishEventAsync(TestSidecars.PubSub, "other", new Note("passes"));

        await Wait.UntilAsync(() => Task.FromResult(!other.IsEmpty), "the other topic's message");
    }

    private static List<Note> Notes(int count) => [.. Enumerable.Range(0, count).Select(i => new Note($"{i}"))];

    private static async Task AllDeliveredAsync(TestRuntime runtime, SubscriberApp app, int received)
    {
        await app.HasReceivedAsync(received);
        await Wait.UntilAsync(
            async () => await Sql.ScalarAsync<long>(runtime.Database, "select count(*) from deliveries") == 0,
            "every delivery settled"
        );
    }
}
