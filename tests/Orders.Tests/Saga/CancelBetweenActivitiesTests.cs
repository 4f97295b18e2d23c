using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using static DaprShop.Orders.Tests.SagaRun;

namespace DaprShop.Orders.Tests;

/// <summary>
/// A cancel, or a deadline, between any two activities of a batch that compensates other orders at the same time.
/// </summary>
public sealed class CancelBetweenActivitiesTests
{
    [Theory]
    [InlineData(0, "before reserve")]
    [InlineData(1, "between reserve and charge")]
    [InlineData(2, "between charge and refund")]
    [InlineData(3, "between refund and release")]
    [InlineData(4, "between release and settle")]
    [InlineData(5, "after settle")]
    public async Task A_cancelled_order_is_compensated_by_another_batch(int activitiesBefore, string gap)
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var fakes = new FakeServices(units: 10);
        var (cancelled, paid, declined) = (
            (await db.AcceptAsync(1, quantity: 2))[0],
            (await db.AcceptAsync(1))[0],
            (await db.AcceptAsync(1, token: "tok_declined"))[0]
        );
        var batch = (await db.ClaimAsync())[0];
        var activities = Activities(db, fakes);

        foreach (var activity in activities.Take(activitiesBefore))
            await activity(batch);
        await CancelAsync(db, cancelled);
        foreach (var activity in activities.Skip(activitiesBefore))
            await activity(batch);

        (await db.StatusAsync(cancelled)).Should().Be("cancelled");
        (await IsPendingAsync(db, cancelled))
            .Should()
            .BeTrue($"a batch that lost its order {gap} compensates nothing of it");
        (await db.StatusAsync(paid), await db.StatusAsync(declined)).Should().Be(("confirmed", "rejected"));

        var next = (await db.ClaimAsync())[0];
        (await db.Store.GetOwnedAsync(next, CancellationToken.None)).Select(o => o.Id).Should().Equal(cancelled);
        await RunAsync(db, fakes, next);

        (await IsPendingAsync(db, cancelled)).Should().BeFalse();
        (fakes.Charges[cancelled], fakes.Claims[cancelled].State)
            .Should()
            .Be((ChargeState.Refunded, ReservationState.Released), "a late reserve or charge would be refused");
        (fakes.Free, fakes.Charges[paid]).Should().Be((9, ChargeState.Captured));
        (await db.NumberAsync("select count(*) from orders where batch_id is not null")).Should().Be(0);
    }

    [Theory]
    [InlineData(1, "between reserve and charge", true)]
    [InlineData(2, "between charge and refund", true)]
    [InlineData(3, "between refund and release", false)]
    [InlineData(4, "between release and settle", false)]
    public async Task An_order_whose_time_to_pay_ends_is_expired_only_by_a_batch_that_has_refunded_and_released_it(
        int activitiesBefore,
        string gap,
        bool expiresNow
    )
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var fakes = new FakeServices(units: 10);
        var (unpaid, cancelled) = ((await db.AcceptAsync(1, token: "tok_late"))[0], (await db.AcceptAsync(1))[0]);
        await CancelAsync(db, cancelled);
        var batch = (await db.ClaimAsync())[0];
        var activities = Activities(db, fakes);

        foreach (var activity in activities.Take(activitiesBefore))
            await activity(batch);
        await Sql.ScalarAsync<object>(
            db.Names.App,
            $"update orders set updated_at = now() - interval '31 minutes' where id = '{unpaid}'"
        );
        foreach (var activity in activities.Skip(activitiesBefore))
            await activity(batch);

        (await db.StatusAsync(unpaid)).Should().Be(expiresNow ? "expired" : "reserved", gap);
        if (!expiresNow)
        {
            fakes
                .Claims[unpaid]
                .State.Should()
                .Be(ReservationState.Allocated, "it was not refunded, so it may still be paid");
            await RunAsync(db, fakes, (await db.ClaimAsync())[0]);
        }

        (await db.StatusAsync(unpaid), fakes.Charges[unpaid], fakes.Claims[unpaid].State)
            .Should()
            .Be(("expired", ChargeState.Refunded, ReservationState.Released));
        (fakes.Free, await IsPendingAsync(db, cancelled)).Should().Be((10, false));
    }

    [Fact]
    public async Task An_undecided_order_whose_deadline_passes_after_the_release_expires_in_the_next_batch()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var fakes = new FakeServices(units: 1);
        var (undecided, cancelled) = (
            (await db.AcceptAsync(1, quantity: 2, onShortage: ShortagePolicies.Ask))[0],
            (await db.AcceptAsync(1))[0]
        );
        await RunAsync(db, fakes, (await db.ClaimAsync())[0]);
        (await db.StatusAsync(undecided)).Should().Be("awaiting_customer");
        await CancelAsync(db, cancelled);
        await Sql.ScalarAsync<object>(db.Names.App, "update orders set due_at = now()");
        var batch = (await db.ClaimAsync())[0];
        var activities = Activities(db, fakes);
        foreach (var activity in activities.Take(4))
            await activity(batch);
        await Sql.ScalarAsync<object>(
            db.Names.App,
            $"update orders set decide_by = now() - interval '1 second' where id = '{undecided}'"
        );

        await activities[4](batch);
        (await db.StatusAsync(undecided)).Should().Be("awaiting_customer", "nothing of it was released in this batch");

        await RunAsync(db, fakes, (await db.ClaimAsync())[0]);
        (await db.StatusAsync(undecided), fakes.Free).Should().Be(("expired", 1));
    }

    [Fact]
    public async Task A_batch_begins_without_the_compensations_of_an_earlier_one()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var fakes = new FakeServices(units: 1);
        var order = (await db.AcceptAsync(1))[0];
        await RunAsync(db, fakes, (await db.ClaimAsync())[0]);
        await CancelAsync(db, order);
        var first = (await db.ClaimAsync())[0];
        foreach (var activity in Activities(db, fakes).Take(4))
            await activity(first);
        (await db.NumberAsync("select count(*) from orders where refunded and stock_released")).Should().Be(1);

        await db.Store.AbandonAsync(TimeSpan.FromSeconds(-1), CancellationToken.None);
        await Sql.ScalarAsync<object>(db.Names.App, "update orders set due_at = now()");
        var second = (await db.ClaimAsync())[0];

        (await db.NumberAsync("select count(*) from orders where refunded or stock_released")).Should().Be(0);
        await Activities(db, fakes)[4](second);
        (await IsPendingAsync(db, order)).Should().BeTrue("the second batch has compensated nothing");
    }

    private static async Task CancelAsync(OrdersDatabase db, Guid id)
    {
        await using var connection = await db.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var order = (await OrderLock.LockAsync(connection, id, CancellationToken.None))!;
        var now = TimeProvider.System.GetUtcNow();
        (await CancelOrder.TryCancelAsync(connection, order, "alice", now, CancellationToken.None))
            .Should()
            .NotBeNull();
        await transaction.CommitAsync();
    }

    private static async Task<bool> IsPendingAsync(OrdersDatabase db, Guid id) =>
        await db.NumberAsync($"select count(*) from orders where id = '{id}' and compensation_pending") == 1;
}
