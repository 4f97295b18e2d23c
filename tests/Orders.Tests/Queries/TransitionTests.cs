using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Npgsql;

namespace DaprShop.Orders.Tests;

/// <summary>An order's transitions, read from the event log.</summary>
public sealed class TransitionTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    private readonly HttpClient _alice = fixture.Service.As(Identity.Customer, "alice");
    private readonly HttpClient _bob = fixture.Service.As(Identity.Customer, "bob");
    private readonly HttpClient _olga = fixture.Service.As(Identity.Operator, "olga");

    [Fact]
    public async Task N1_The_transitions_after_a_version_are_the_orders_own_events_oldest_first_and_nothing_else()
    {
        var id = await ConfirmedAsync();
        var all = await ReadAsync(_alice, id, 0);
        (all.OrderId, all.Version, all.Status).Should().Be((id, 4, "confirmed"));
        all.Transitions.Select(t => (t.OrderId, t.Version, t.From, t.Status))
            .Should()
            .Equal(
                (id, 1, null, "accepted"),
                (id, 2, "accepted", "reserved"),
                (id, 3, "reserved", "paid"),
                (id, 4, "paid", "confirmed")
            );
        all.Transitions.Select(t => t.At)
            .Should()
            .BeInAscendingOrder()
            .And.OnlyContain(at => at > DateTimeOffset.UnixEpoch.AddYears(50));

        (await ReadAsync(_olga, id, 2)).Transitions.Should().Equal(all.Transitions.Skip(2));
        foreach (var after in (int[])[4, 900])
        {
            var none = await ReadAsync(_alice, id, after);
            (none.Version, none.Status, none.Transitions.Count).Should().Be((4, "confirmed", 0));
        }
    }

    [Fact]
    public async Task N1_The_broadcast_equals_the_event_log()
    {
        var id = await ConfirmedAsync();
        using var _ = await _alice.PostAsync($"orders/{id}/cancel", null, TestContext.Current.CancellationToken);
        var log = new List<LoggedEvent>();
        for (
            EventPage? page;
            (
                page = await fixture
                    .Service.CreateClient()
                    .GetFromJsonAsync<EventPage>(
                        $"events?after={log.LastOrDefault()?.Position ?? 0}",
                        TestContext.Current.CancellationToken
                    )
            )!
                .Events
                .Count > 0;

        )
            log.AddRange(page.Events);

        var broadcast = OrderBroadcast.Condense(new EventPage(Apps.Orders, log))!;
        Contract.Events.Complaints($"{Topics.BroadcastOf(Topics.Orders)}.page", broadcast).Should().BeEmpty();
        var published = broadcast
            .Events.Should()
            .ContainSingle()
            .Subject.Read<OrderStatusChanges>()
            .Transitions.Where(t => t.OrderId == id);

        published.Should().Equal((await ReadAsync(_alice, id, 0)).Transitions).And.HaveCount(5);
        OrderBroadcast
            .Condense(new EventPage(Apps.Orders, [log[0] with { Type = EventTypes.ShipmentStatusChanged }]))
            .Should()
            .BeNull("it has no status change of an order");
    }

    [Fact]
    public async Task Transitions_are_visible_to_the_orders_customer_and_to_operators()
    {
        var id = await ConfirmedAsync();
        foreach (
            var (caller, path, status) in new[]
            {
                (_bob, $"orders/{id}/transitions", 404),
                (_alice, $"orders/{Guid.CreateVersion7()}/transitions", 404),
                (fixture.Service.CreateClient(), $"orders/{id}/transitions", 401),
                (_alice, $"orders/{id}/transitions?after=x", 400),
            }
        )
        {
            using var refused = await caller.GetAsync(path, TestContext.Current.CancellationToken);
            ((int)refused.StatusCode, refused.Content.Headers.ContentType!.MediaType)
                .Should()
                .Be((status, "application/problem+json"));
        }
    }

    [Fact]
    public async Task N1_The_log_accepts_no_second_event_for_a_version()
    {
        var id = await ConfirmedAsync();
        var again = () =>
            Sql.ScalarAsync<long>(
                fixture.Database.Names.App,
                $"insert into events select position + 1000000, gen_random_uuid(), type, subject, version, occurred_at, trace_parent, data from events where subject = '{id}' and version = 2 returning position"
            );
        (await again.Should().ThrowAsync<PostgresException>()).Which.ConstraintName.Should().Be("ix_events_subject");
    }

    [Fact]
    public void The_statuses_that_end_a_stream_are_those_that_nothing_leaves() =>
        OrderTransition
            .FinalStatuses.Should()
            .BeEquivalentTo(
                Enum.GetValues<OrderStatus>()
                    .Where(s => TransitionRules.All.All(t => t.From != s))
                    .Select(s => s.Name())
            );

    private async Task<Guid> ConfirmedAsync()
    {
        fixture.Fakes.Receive(1);
        using var request = new HttpRequestMessage(HttpMethod.Post, "orders")
        {
            Content = JsonContent.Create(
                new { lines = new[] { new { sku = "cup", quantity = 1 } }, payment = new { token = "tok_ok" } }
            ),
            Headers = { { "Idempotency-Key", Guid.CreateVersion7().ToString() } },
        };
        using var placed = await _alice.SendAsync(request);
        var id = (await placed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        await Wait.UntilAsync(
            async () =>
            {
                foreach (var batch in await fixture.Database.ClaimAsync())
                    await SagaRun.RunAsync(fixture.Database, fixture.Fakes, batch);
                return await fixture.Database.StatusAsync(id) == "confirmed";
            },
            "it is confirmed"
        );
        return id;
    }

    private static async Task<OrderTransitions> ReadAsync(HttpClient caller, Guid id, int after) =>
        (await caller.GetFromJsonAsync<OrderTransitions>($"orders/{id}/transitions?after={after}"))!;
}
