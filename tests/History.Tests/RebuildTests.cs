using System.Net;
using DaprShop.Contracts;
using DaprShop.History.Domain;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DaprShop.History.Tests;

public sealed class RebuildTests : IAsyncLifetime
{
    private const int Orders = 20;
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RecordedHistory _history = null!;

    public async ValueTask InitializeAsync() => _history = await RecordedHistory.StartAsync(Orders);

    public ValueTask DisposeAsync() => _history.DisposeAsync();

    [Fact]
    public async Task N6_A_history_rebuilt_while_events_flow_is_the_live_one()
    {
        FlowOn();

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
            .Be(0, "its room is given back");
    }

    [Fact]
    public async Task N6_A_forged_a_missing_and_an_altered_row_are_told_and_healed_while_events_flow()
    {
        await _history.ForgeAsync("insert into order_owners values (gen_random_uuid(), 'mallory')");
        await _history.ForgeAsync(
            "delete from stock_timeline where sequence = (select max(sequence) from stock_timeline)"
        );
        await _history.ForgeAsync("update order_timeline set reason = 'forged' where step = 3 and position = 2");
        FlowOn();

        var run = await _history.RebuildAsync();

        run.Phase.Should().Be(RebuildPhase.Healed, run.Error);
        run.Tables.Where(t => !t.IsIdentical)
            .Select(t => (t.Name, t.Forged, t.Missing))
            .Should()
            .BeEquivalentTo([("order_owners", 1L, 0L), ("order_timeline", 1L, 1L), ("stock_timeline", 0L, 1L)]);
        run.Tables.Single(t => t.Name == "order_owners")
            .Examples.Should()
            .ContainSingle(e => e.Side == "live" && e.Row.Contains("mallory"));
        run.Tables.Single(t => t.Name == "order_timeline")
            .Examples.Select(e => (e.Side, e.Row.Contains("forged")))
            .Should()
            .Equal(("live", true), ("rebuilt", false));
        run.Tables.Should().OnlyContain(t => t.IsIdentical || t.Digest != t.LiveDigest);
        (await _history.RebuildAsync()).Phase.Should().Be(RebuildPhase.Identical, "what came meanwhile is still there");
    }

    [Fact]
    public async Task The_services_role_may_add_to_history_and_nothing_else_and_adopts_no_unfinished_one()
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
    public async Task What_is_parked_is_left_out_and_told()
    {
        var letter = await ParkAsync();

        var run = await _history.RebuildAsync();

        run.Phase.Should().Be(RebuildPhase.Identical, run.Error);
        run.LeftOut.Should().Equal(new LeftOutEvent(Apps.Payments, Orders + 1, EventTypes.PaymentRecorded, Parked: true));
        await ReplayAsync(letter);
        (await _history.RebuildAsync())
            .Should()
            .Match<RebuildRun>(r => r.Phase == RebuildPhase.Identical && r.LeftOut.Count == 0);
    }

    [Fact]
    public async Task A_parked_event_that_is_replayed_during_the_rebuild_is_on_both_sides()
    {
        var letter = await ParkAsync();
        for (var i = 0; i < Orders; i++)
            _history.Tell();
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
        run.Should().Match<RebuildRun>(r => r.Phase == RebuildPhase.Identical && r.LeftOut.Count == 0);
    }

    [Fact]
    public async Task What_was_discarded_and_cannot_be_applied_is_told_and_keeps_the_live_history_from_being_replaced()
    {
        var letter = await ParkAsync(mend: false);
        (
            await _history
                .Service.As(Identity.Operator)
                .DeleteAsync($"ops/dead-letters/{letter}", TestContext.Current.CancellationToken)
        ).EnsureSuccessStatusCode();

        var run = await _history.RebuildAsync();
        await _history.ForgeAsync("insert into order_owners values (gen_random_uuid(), 'mallory')");
        var other = await _history.RebuildAsync();

        run.Phase.Should().Be(RebuildPhase.Identical, run.Error);
        run.LeftOut.Should()
            .Equal(new LeftOutEvent(Apps.Payments, Orders + 1, EventTypes.PaymentRecorded, Parked: false));
        other.Phase.Should().Be(RebuildPhase.Failed);
        other.Error.Should().Contain("could not be applied");
        (await _history.CountAsync("order_owners where customer = 'mallory'")).Should().Be(1);
    }

    [Fact]
    public async Task A_log_that_has_lost_events_rebuilds_nothing()
    {
        _history.Logs[Apps.Inventory].RemoveAt(Orders / 2);

        var run = await _history.RebuildAsync();

        run.Phase.Should().Be(RebuildPhase.Failed);
        run.Error.Should()
            .Be($"The log of inventory has no event {(Orders / 2) + 1}, though it was read up to {Orders} before.");
        (await _history.CountAsync("stock_timeline")).Should().Be(Orders);
    }

    [Fact]
    public async Task A_rebuild_that_is_cut_off_leaves_history_as_it_was_and_the_next_starts_again()
    {
        await _history.ForgeAsync("insert into order_owners values (gen_random_uuid(), 'mallory')");
        Hold(Apps.Inventory);
        await _history.StartRebuildAsync();
        await Wait.UntilAsync(async () => (await _history.GetAsync()).Events > 0, "the rebuild is in the middle");

        await _history.RestartAsync();

        using var asked = await _history
            .Service.As(Identity.Operator)
            .GetAsync("ops/history/rebuild", TestContext.Current.CancellationToken);
        asked.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _history.CountAsync("order_owners")).Should().Be(Orders + 1);
        _held.SetResult();
        (await _history.RebuildAsync())
            .Should()
            .Match<RebuildRun>(r => r.Phase == RebuildPhase.Healed && r.Events == 4 * Orders);
    }

    [Fact]
    public async Task Two_rebuilds_at_once_are_one_and_another_replicas_is_refused()
    {
        Hold(Apps.Inventory);
        await using var other = _history.Replica();

        var first = await _history.StartRebuildAsync();
        await Wait.UntilAsync(async () => (await _history.GetAsync()).Events > 0, "the rebuild is in the middle");
        var second = await _history.StartRebuildAsync();
        await _history.StartRebuildAsync(other);
        RebuildRun refused = null!;
        await Wait.UntilAsync(
            async () => (refused = await _history.GetAsync(other)).EndedAt is not null,
            "the other replica gives up"
        );
        _held.SetResult();
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
    public async Task A_producer_that_is_away_is_waited_for()
    {
        var away = 3;
        _history.OnFetch = (_, _) => away-- > 0 ? throw new HttpRequestException("away") : Task.CompletedTask;

        (await _history.RebuildAsync()).Phase.Should().Be(RebuildPhase.Identical);
    }

    [Fact]
    public async Task Only_operators_rebuild()
    {
        var customer = _history.Service.As(Identity.Customer);

        (await customer.PostAsync("ops/history/rebuild", null, TestContext.Current.CancellationToken))
            .StatusCode.Should()
            .Be(HttpStatusCode.Forbidden);
        (await customer.GetAsync("ops/history/rebuild", TestContext.Current.CancellationToken))
            .StatusCode.Should()
            .Be(HttpStatusCode.Forbidden);
    }

    // Whenever the rebuild asks, an order was placed meanwhile, and the live history has it already: also in the transaction that compares.
    private void FlowOn() =>
        _history.OnFetch = async (_, _) =>
        {
            _history.Tell();
            await _history.ReconcileAsync();
        };

    private void Hold(string at) =>
        _history.OnFetch = (producer, after) => producer == at && after > 0 ? _held.Task : Task.CompletedTask;

    /// <summary>A payment that cannot be applied, is parked, and could be applied by now. Answers the letter.</summary>
    private async Task<Guid> ParkAsync(bool mend = true)
    {
        var order = _history.Tell();
        await _history.ForgeAsync(
            $"alter table order_timeline add constraint quarrel check (order_id <> '{order}' or step <> {(int)Step.Charged})"
        );
        await _history.ReconcileAsync();
        if (mend)
            await _history.ForgeAsync("alter table order_timeline drop constraint quarrel");
        return await Sql.ScalarAsync<Guid>(_history.Database.Owner, "select id from dead_letters");
    }

    private async Task ReplayAsync(Guid letter) =>
        (
            await _history.Service.As(Identity.Operator).PostAsync($"ops/dead-letters/{letter}/replay", null)
        ).EnsureSuccessStatusCode();
}
