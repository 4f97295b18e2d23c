using System.Net;
using DaprShop.Contracts;
using DaprShop.History.Rebuild;
using DaprShop.History.Timelines;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DaprShop.History.Tests;

public sealed class RebuildTests : IAsyncLifetime
{
    private const int Orders = 20;
    private readonly TaskCompletionSource _blocked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RecordedHistory _history = null!;

    public async ValueTask InitializeAsync() => _history = await RecordedHistory.StartAsync(Orders);

    public ValueTask DisposeAsync() => _history.DisposeAsync();

    [Fact]
    public async Task N6_A_history_rebuilt_while_events_flow_is_identical_to_the_live_one()
    {
        KeepPlacingOrders();

        var run = await _history.RebuildAsync();

        run.Phase.Should().Be(RebuildPhase.Identical, run.Error);
        run.Events.Should().BeGreaterThan(4 * Orders);
        run.Tables.Select(t => t.Name)
            .Should()
            .Contain(["order_owners", "order_timeline", "stock_operations", "stock_timeline"])
            .And.NotContain("watermarks");
        run.Tables.Single(t => t.Name == "order_owners")
            .LiveRows.Should()
            .BeInRange(Orders + 1, await _history.CountAsync("order_owners"));
        run.Tables.Should().OnlyContain(t => t.IsIdentical && t.Rows == t.LiveRows && t.Digest == t.LiveDigest);
        (await _history.CountAsync("pg_class where relnamespace = 'rebuild'::regnamespace and relkind = 'r'"))
            .Should()
            .Be(0, "the rebuilt tables are dropped");
    }

    [Fact]
    public async Task N6_An_unexpected_a_missing_and_an_altered_row_are_reported_and_repaired_while_events_flow()
    {
        await _history.TamperAsync("insert into order_owners values (gen_random_uuid(), 'mallory')");
        await _history.TamperAsync(
            "delete from stock_timeline where sequence = (select max(sequence) from stock_timeline)"
        );
        await _history.TamperAsync("update order_timeline set reason = 'altered' where step = 3 and position = 2");
        KeepPlacingOrders();

        var run = await _history.RebuildAsync();

        run.Phase.Should().Be(RebuildPhase.Repaired, run.Error);
        run.Tables.Where(t => !t.IsIdentical)
            .Select(t => (t.Name, t.Unexpected, t.Missing))
            .Should()
            .BeEquivalentTo([("order_owners", 1L, 0L), ("order_timeline", 1L, 1L), ("stock_timeline", 0L, 1L)]);
        run.Tables.Single(t => t.Name == "order_owners")
            .Examples.Should()
            .ContainSingle(e => e.Side == "live" && e.Row.Contains("mallory"));
        run.Tables.Single(t => t.Name == "order_timeline")
            .Examples.Select(e => (e.Side, e.Row.Contains("altered")))
            .Should()
            .Equal(("live", true), ("rebuilt", false));
        run.Tables.Should().OnlyContain(t => t.IsIdentical || t.Digest != t.LiveDigest);
        (await _history.RebuildAsync())
            .Phase.Should()
            .Be(RebuildPhase.Identical, "no event that arrived meanwhile was lost");
    }

    [Fact]
    public async Task The_services_role_can_only_add_rows_and_cannot_adopt_an_unfinished_rebuild()
    {
        var app = _history.Database.App;
        foreach (
            var statement in new[]
            {
                "delete from order_timeline",
                "update stock_timeline set quantity = 0",
                "truncate order_owners",
                "create table rebuild.x ()",
            }
        )
            (await Sql.IsForbiddenAsync(app, statement)).Should().BeTrue(statement);
        (await Sql.IsForbiddenAsync(_history.Database.Auditor, "select rebuild.start()")).Should().BeTrue();

        var adopting = () => Sql.ScalarAsync<object>(app, "select rebuild.start(); select rebuild.adopt()");

        (await adopting.Should().ThrowAsync<PostgresException>())
            .Which.SqlState.Should()
            .Be(PostgresErrorCodes.ObjectNotInPrerequisiteState);
        (await _history.CountAsync("order_owners")).Should().Be(Orders);
    }

    [Fact]
    public async Task A_parked_event_is_skipped_and_reported()
    {
        var letter = await ParkAsync();

        var run = await _history.RebuildAsync();

        run.Phase.Should().Be(RebuildPhase.Identical, run.Error);
        run.Skipped.Should()
            .Equal(new SkippedEvent(Apps.Payments, Orders + 1, EventTypes.PaymentRecorded, Parked: true));
        await ReplayAsync(letter);
        (await _history.RebuildAsync())
            .Should()
            .Match<RebuildRun>(r => r.Phase == RebuildPhase.Identical && r.Skipped.Count == 0);
    }

    [Fact]
    public async Task A_parked_event_that_is_replayed_during_the_rebuild_is_in_both_histories()
    {
        var letter = await ParkAsync();
        for (var i = 0; i < Orders; i++)
            _history.LogOrder();
        await _history.ReconcileAsync();
        var replayed = false;
        _history.OnFetch = async (producer, after) =>
        {
            if (producer != Apps.Payments || after <= Orders || replayed)
                return;
            replayed = true;
            await ReplayAsync(letter);
        };

        var run = await _history.RebuildAsync();

        replayed.Should().BeTrue();
        run.Should().Match<RebuildRun>(r => r.Phase == RebuildPhase.Identical && r.Skipped.Count == 0);
    }

    [Fact]
    public async Task A_discarded_event_that_cannot_be_applied_is_reported_and_prevents_the_repair_of_the_live_history()
    {
        var letter = await ParkAsync(fix: false);
        (
            await _history
                .Service.As(Identity.Operator)
                .DeleteAsync($"ops/dead-letters/{letter}", TestContext.Current.CancellationToken)
        ).EnsureSuccessStatusCode();

        var run = await _history.RebuildAsync();
        await _history.TamperAsync("insert into order_owners values (gen_random_uuid(), 'mallory')");
        var other = await _history.RebuildAsync();

        run.Phase.Should().Be(RebuildPhase.Identical, run.Error);
        run.Skipped.Should()
            .Equal(new SkippedEvent(Apps.Payments, Orders + 1, EventTypes.PaymentRecorded, Parked: false));
        other.Phase.Should().Be(RebuildPhase.Failed);
        other.Error.Should().Contain("could not be applied");
        (await _history.CountAsync("order_owners where customer = 'mallory'")).Should().Be(1);
    }

    [Fact]
    public async Task A_log_with_missing_events_rebuilds_nothing()
    {
        _history.Logs[Apps.Inventory].RemoveAt(Orders / 2);

        var run = await _history.RebuildAsync();

        run.Phase.Should().Be(RebuildPhase.Failed);
        run.Error.Should()
            .Be($"The log of inventory no longer has event {(Orders / 2) + 1}; it reached {Orders} before.");
        (await _history.CountAsync("stock_timeline")).Should().Be(Orders);
    }

    [Fact]
    public async Task An_interrupted_rebuild_changes_nothing_and_the_next_one_starts_from_the_beginning()
    {
        await _history.TamperAsync("insert into order_owners values (gen_random_uuid(), 'mallory')");
        Block(Apps.Inventory);
        await _history.StartRebuildAsync();
        await Wait.UntilAsync(async () => (await _history.GetAsync()).Events > 0, "the rebuild is running");

        await _history.RestartAsync();

        using var response = await _history
            .Service.As(Identity.Operator)
            .GetAsync("ops/history/rebuild", TestContext.Current.CancellationToken);
        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _history.CountAsync("order_owners")).Should().Be(Orders + 1);
        _blocked.SetResult();
        (await _history.RebuildAsync())
            .Should()
            .Match<RebuildRun>(r => r.Phase == RebuildPhase.Repaired && r.Events == 4 * Orders);
    }

    [Fact]
    public async Task A_second_request_joins_the_running_rebuild_and_another_replicas_is_rejected()
    {
        Block(Apps.Inventory);
        await using var other = _history.Replica();

        var first = await _history.StartRebuildAsync();
        await Wait.UntilAsync(async () => (await _history.GetAsync()).Events > 0, "the rebuild is running");
        var second = await _history.StartRebuildAsync();
        await _history.StartRebuildAsync(other);
        RebuildRun refused = null!;
        await Wait.UntilAsync(
            async () => (refused = await _history.GetAsync(other)).EndedAt is not null,
            "the other replica's rebuild fails"
        );
        _blocked.SetResult();
        await Wait.UntilAsync(async () => (await _history.GetAsync()).EndedAt is not null, "the rebuild ends");

        second.Id.Should().Be(first.Id);
        refused
            .Should()
            .Match<RebuildRun>(r => r.Phase == RebuildPhase.Failed && r.Error == "Another replica is rebuilding.");
        (await _history.GetAsync())
            .Should()
            .Match<RebuildRun>(r => r.Phase == RebuildPhase.Identical && r.Id == first.Id);
        (await _history.StartRebuildAsync()).Id.Should().NotBe(first.Id);
    }

    [Fact]
    public async Task A_rebuild_waits_for_an_unavailable_producer()
    {
        var failures = 3;
        _history.OnFetch = (_, _) =>
            failures-- > 0 ? throw new HttpRequestException("unavailable") : Task.CompletedTask;

        (await _history.RebuildAsync()).Phase.Should().Be(RebuildPhase.Identical);
    }

    [Fact]
    public async Task Only_operators_may_rebuild()
    {
        var customer = _history.Service.As(Identity.Customer);

        (await customer.PostAsync("ops/history/rebuild", null, TestContext.Current.CancellationToken))
            .StatusCode.Should()
            .Be(HttpStatusCode.Forbidden);
        (await customer.GetAsync("ops/history/rebuild", TestContext.Current.CancellationToken))
            .StatusCode.Should()
            .Be(HttpStatusCode.Forbidden);
    }

    // Whenever the rebuild fetches events, another order is placed first and the live history applies it: also during
    // the transaction that compares.
    private void KeepPlacingOrders() =>
        _history.OnFetch = async (_, _) =>
        {
            _history.LogOrder();
            await _history.ReconcileAsync();
        };

    private void Block(string at) =>
        _history.OnFetch = (producer, after) => producer == at && after > 0 ? _blocked.Task : Task.CompletedTask;

    /// <summary>
    /// Parks a payment that cannot be applied; with <paramref name="fix"/>, it could be applied by now. Returns the
    /// dead letter's id.
    /// </summary>
    private async Task<Guid> ParkAsync(bool fix = true)
    {
        var order = _history.LogOrder();
        await _history.TamperAsync(
            "alter table order_timeline add constraint poisoned "
                + $"check (order_id <> '{order}' or step <> {(int)TimelineStep.Charged})"
        );
        await _history.ReconcileAsync();
        if (fix)
            await _history.TamperAsync("alter table order_timeline drop constraint poisoned");
        return await Sql.ScalarAsync<Guid>(_history.Database.Owner, "select id from dead_letters");
    }

    private async Task ReplayAsync(Guid letter) =>
        (
            await _history.Service.As(Identity.Operator).PostAsync($"ops/dead-letters/{letter}/replay", null)
        ).EnsureSuccessStatusCode();
}
