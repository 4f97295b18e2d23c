using DaprShop.Messaging;
using DaprShop.Orders.Fulfilment;
using DaprShop.Orders.Model;
using DaprShop.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Orders.Tests;

/// <summary>The claim of shipments and returns, in a database without a worker.</summary>
public sealed class FulfilmentJobsTests
{
    [Fact]
    public async Task A_claimed_job_is_claimed_again_only_when_its_lease_has_ended()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var store = new ShipmentStore(db.Source, new RelaySignal(), time);
        var shipment = await AddShipmentAsync(db, time.GetUtcNow().AddSeconds(-1));

        (await ClaimedAsync(store)).Should().Equal(shipment);
        time.Advance(FulfilmentJobs.Lease - TimeSpan.FromSeconds(1));
        (await ClaimedAsync(store)).Should().BeEmpty();
        time.Advance(TimeSpan.FromSeconds(1));
        (await ClaimedAsync(store)).Should().Equal(shipment);
        (await db.NumberAsync("select attempts::bigint from shipments")).Should().Be(2);
    }

    [Fact]
    public async Task A_worker_that_starts_executes_what_its_predecessor_had_claimed_and_leaves_ended_jobs_alone()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var store = new ShipmentStore(db.Source, new RelaySignal(), TimeProvider.System);
        var due = TimeProvider.System.GetUtcNow().AddSeconds(-1);
        var (claimed, ended) = (await AddShipmentAsync(db, due), await AddShipmentAsync(db, due));
        (await ClaimedAsync(store)).Should().BeEquivalentTo([claimed, ended]);
        await Sql.ScalarAsync<object>(db.Names.App, $"update shipments set state = 'refused' where id = '{ended}'");

        await store.Jobs.EndLeasesAsync(CancellationToken.None);

        (await ClaimedAsync(store)).Should().Equal(claimed);
        (await db.NumberAsync($"select count(*) from shipments where id = '{ended}' and due_at > now()"))
            .Should()
            .Be(1);
    }

    [Fact]
    public async Task A_job_locked_by_another_claim_is_skipped_without_waiting()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var store = new ShipmentStore(db.Source, new RelaySignal(), TimeProvider.System);
        var due = TimeProvider.System.GetUtcNow().AddSeconds(-1);
        var (first, second) = (await AddShipmentAsync(db, due), await AddShipmentAsync(db, due));
        await using var rival = await Rival.BeginAsync(
            db.Names.App,
            $"select * from shipments where id = '{first}' for update"
        );

        (await ClaimedAsync(store)).Should().Equal(second);
        await rival.CommitAsync();
        (await ClaimedAsync(store)).Should().Equal(first);
    }

    private static async Task<IEnumerable<Guid>> ClaimedAsync(ShipmentStore store) =>
        (
            await store
                .Jobs.ClaimAsync(null, CancellationToken.None)
                .WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken)
        ).Select(s => s.Id);

    private static async Task<Guid> AddShipmentAsync(OrdersDatabase db, DateTimeOffset due)
    {
        var (id, order) = (Guid.CreateVersion7(), (await db.AcceptAsync(1)).Single());
        await Sql.ScalarAsync<object>(
            db.Names.App,
            $"""
            insert into shipments (
                id, order_id, number, state, lines, actor, key, fingerprint, created_at, due_at, attempts)
            values (
                '{id}', '{order}', 1, '{ShipmentStates.Preparing}', '[]', 'olga', '{id}', '', '{due:O}', '{due:O}', 0)
            """
        );
        return id;
    }
}
