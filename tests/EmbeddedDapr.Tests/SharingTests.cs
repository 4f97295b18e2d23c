using Dapr.Client;
using DaprShop.Shop.Networking;
using DaprShop.TestKit;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace EmbeddedDapr.Tests;

public sealed class SharingTests
{
    private const string Topic = "notes";

    [Fact]
    public async Task Replicas_share_messages_and_each_app_gets_all()
    {
        var first = TestSidecars.For("reader");
        var second = TestSidecars.For("reader");
        var other = TestSidecars.For("other");
        await using var runtime = await TestRuntime.StartAsync(first, second, other);
        await using var a = await SubscriberApp.OneByOneAsync(first, Topic);
        await using var b = await SubscriberApp.OneByOneAsync(second, Topic);
        await using var c = await SubscriberApp.OneByOneAsync(other, Topic);
        using var client = TestRuntime.ClientOf(first);
        await Wait.UntilAsync(
            () =>
                Task.FromResult(
                    runtime.Services.GetRequiredService<SubscriptionRegistry>() is var r
                        && new[] { first, second, other }.All(s => r.Of(s).Count == 1)
                ),
            "three subscriptions"
        );

        var published = await SharedByAsync(a, b, client);

        await c.HasReceivedAsync(published);
        c.Received.Should().OnlyHaveUniqueItems().And.HaveCount(published);
    }

    [Fact]
    public async Task Two_processes_share_one_database()
    {
        var first = TestSidecars.For("reader");
        var second = TestSidecars.For("reader");
        await using var runtime = await TestRuntime.StartAsync(first);
        await using var sibling = await TestRuntime.StartOnAsync(runtime.Database, second);
        await using var a = await SubscriberApp.OneByOneAsync(first, Topic);
        await using var b = await SubscriberApp.OneByOneAsync(second, Topic);
        using var client = TestRuntime.ClientOf(first);
        await Wait.UntilAsync(
            () =>
                Task.FromResult(
                    new[] { (runtime, first), (sibling, second) }.All(r =>
                        r.Item1.Services.GetRequiredService<SubscriptionRegistry>().Of(r.Item2).Count == 1
                    )
                ),
            "a subscription in each process"
        );

        await SharedByAsync(a, b, client);
    }

    [Fact]
    public async Task Messages_published_before_the_first_subscription_are_delivered()
    {
        var sidecar = TestSidecars.For("reader");
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        using var client = TestRuntime.ClientOf(sidecar);
        await client.BulkPublishEventAsync(
            TestSidecars.PubSub,
            Topic,
            Enumerable.Range(0, 50).Select(i => new Note($"{i}")).ToList()
        );

        await using var app = await SubscriberApp.BulkAsync(sidecar, Topic);

        await app.HasReceivedAsync(50);
        app.Received.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task A_subscription_that_starts_during_publishing_gets_each_message_once()
    {
        var sidecar = TestSidecars.For("reader");
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        using var client = TestRuntime.ClientOf(sidecar);
        var publishing = Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async writer =>
                {
                    for (var i = 0; i < 40; i++)
                        await client.PublishEventAsync(TestSidecars.PubSub, Topic, new Note($"{writer}/{i}"));
                })
        );

        await using var app = await SubscriberApp.BulkAsync(sidecar, Topic);
        await publishing;

        await app.HasReceivedAsync(320);
        app.Received.Should().OnlyHaveUniqueItems().And.HaveCount(320);
    }

    [Fact]
    public async Task A_broadcast_reaches_every_replica_from_its_subscription_on()
    {
        var first = TestSidecars.For("reader");
        var second = TestSidecars.For("reader");
        await using var runtime = await TestRuntime.StartAsync(first, second);
        using var client = TestRuntime.ClientOf(first);
        await client.PublishEventAsync(TestSidecars.Broadcast, Topic, new Note("before"));
        await using var a = await SubscriberApp.OneByOneAsync(first, Topic, component: TestSidecars.Broadcast);
        await using var b = await SubscriberApp.OneByOneAsync(second, Topic, component: TestSidecars.Broadcast);
        var registry = runtime.Services.GetRequiredService<SubscriptionRegistry>();
        await Wait.UntilAsync(
            () => Task.FromResult(registry.Of(first).Count + registry.Of(second).Count == 2),
            "two subscriptions"
        );

        await client.PublishEventAsync(TestSidecars.Broadcast, Topic, new Note("after"));

        await a.HasReceivedAsync(1);
        await b.HasReceivedAsync(1);
        a.Received.Should().Equal("after");
        b.Received.Should().Equal("after");
    }

    [Fact]
    public async Task Pruning_deletes_only_fully_delivered_messages()
    {
        var sidecar = TestSidecars.For("reader");
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        await using var app = await SubscriberApp.OneByOneAsync(sidecar, Topic, text =>
            text == "kept" ? Microsoft.AspNetCore.Http.Results.StatusCode(500) : Microsoft.AspNetCore.Http.Results.Ok()
        );
        using var client = TestRuntime.ClientOf(sidecar);
        await client.PublishEventAsync(TestSidecars.PubSub, Topic, new Note("delivered"));
        await client.PublishEventAsync(TestSidecars.PubSub, Topic, new Note("kept"));
        await client.PublishEventAsync(TestSidecars.PubSub, "unsubscribed", new Note("kept"));
        await Wait.UntilAsync(
            async () => await Sql.ScalarAsync<long>(runtime.Database, "select count(*) from deliveries") == 1,
            "one delivery left"
        );

        await runtime
            .Services.GetRequiredService<PruningWorker>()
            .PruneAsync(TimeSpan.Zero, TimeSpan.FromMinutes(1), CancellationToken.None);

        (await Sql.ScalarAsync<long>(runtime.Database, "select count(*) from messages")).Should().Be(2);
        (
            await Sql.ScalarAsync<long>(
                runtime.Database,
                "select count(*) from messages where convert_from(payload, 'UTF8') like '%delivered%'"
            )
        )
            .Should()
            .Be(0);
    }

    [Fact]
    public async Task The_broadcast_subscription_of_a_stopped_process_expires()
    {
        var sidecar = TestSidecars.For("reader");
        var database = await TestRuntime.NewDatabaseAsync();
        await using (var stopped = await TestRuntime.StartOnAsync(database, sidecar))
        {
            await using var app = await SubscriberApp.OneByOneAsync(sidecar, Topic, component: TestSidecars.Broadcast);
            await Wait.UntilAsync(
                () =>
                    Task.FromResult(stopped.Services.GetRequiredService<SubscriptionRegistry>().Of(sidecar).Count == 1),
                "a subscription"
            );
        }

        var successor = sidecar with { HttpPort = FreePort.Take(), GrpcPort = FreePort.Take() };
        await using var runtime = await TestRuntime.StartOnAsync(database, successor);
        using var client = TestRuntime.ClientOf(successor);
        await client.PublishEventAsync(TestSidecars.Broadcast, Topic, new Note("received by no process"));
        await runtime
            .Services.GetRequiredService<PruningWorker>()
            .PruneAsync(TimeSpan.FromDays(1), TimeSpan.Zero, CancellationToken.None);

        (
            await Sql.ScalarAsync<long>(
                database,
                "select (select count(*) from subscriptions) + (select count(*) from deliveries)"
            )
        )
            .Should()
            .Be(0);
    }

    /// <summary>
    /// Publishes until both have received some: the distribution is random, and another process polls every 500 ms.
    /// Together they receive each message once.
    /// </summary>
    /// <returns>The number of published messages, at least 1000.</returns>
    private static async Task<int> SharedByAsync(SubscriberApp a, SubscriberApp b, DaprClient client)
    {
        var published = 0;
        await Wait.UntilAsync(
            async () =>
            {
                await client.BulkPublishEventAsync(
                    TestSidecars.PubSub,
                    Topic,
                    Enumerable.Range(published, 100).Select(i => new Note($"{i}")).ToList()
                );
                published += 100;
                return published >= 1000 && !a.Received.IsEmpty && !b.Received.IsEmpty;
            },
            "both have received some"
        );
        await Wait.UntilAsync(
            () => Task.FromResult(a.Received.Count + b.Received.Count >= published),
            $"{published} messages at two subscribers"
        );
        a.Received.Concat(b.Received).Should().OnlyHaveUniqueItems().And.HaveCount(published);
        return published;
    }
}
