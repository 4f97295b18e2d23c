using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using static DaprShop.Orders.Tests.SagaRun;

namespace DaprShop.Orders.Tests;

/// <summary>Backordered orders: their saga resumes when stock arrives.</summary>
public sealed class BackorderTests
{
    [Fact]
    public async Task G15_A_backordered_order_is_charged_and_confirmed_when_its_stock_has_arrived()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var fakes = new FakeServices(units: 3);
        var order = await WaitingAsync(db, fakes);
        (await db.StatusAsync(order)).Should().Be("backordered");
        fakes.Charges.Should().BeEmpty("a backordered order is not charged");
        (await db.ClaimAsync()).Should().BeEmpty("no step is due until stock is received");

        fakes.Receive(2);
        await db.Store.ResumeAsync([order], CancellationToken.None);
        await RunAsync(db, fakes, (await db.ClaimAsync())[0]);

        (await db.StatusAsync(order)).Should().Be("confirmed");
        (
            await Sql.ScalarAsync<string>(
                db.Names.App,
                "select string_agg(data->>'to', ' ' order by position) from events where type = 'order.status_changed.v1'"
            )
        )
            .Should()
            .Be("backordered reserved paid confirmed");
    }

    [Fact]
    public async Task Stock_that_arrives_while_a_batch_still_owns_the_order_is_not_missed()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var fakes = new FakeServices(units: 3);
        var order = (await db.AcceptAsync(1, quantity: 5, onShortage: ShortagePolicies.Backorder))[0];
        var batch = (await db.ClaimAsync())[0];
        var activities = Activities(db, fakes);
        await activities[0](batch);

        fakes.Receive(2);
        await db.Store.ResumeAsync([order], CancellationToken.None);
        foreach (var activity in activities.Skip(1))
            await activity(batch);

        await RunAsync(db, fakes, (await db.ClaimAsync())[0]);
        (await db.StatusAsync(order)).Should().Be("confirmed");
    }

    [Fact]
    public async Task Stock_that_arrives_before_the_order_is_backordered_is_not_missed()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var order = (await db.AcceptAsync(1, quantity: 5, onShortage: ShortagePolicies.Backorder))[0];
        var batch = (await db.ClaimAsync())[0];
        var wanted = (await db.Store.GetOrdersToReserveAsync(batch, CancellationToken.None))
            .Should()
            .ContainSingle()
            .Subject;
        await db.Store.ResumeAsync([order], CancellationToken.None);
        await db.Store.WriteAsync(
            batch,
            SagaRules.AfterReserve([(new ReserveOutcome(order, ReservationState.Backordered, []), wanted.Status)]),
            CancellationToken.None
        );
        await Activities(db, new FakeServices(units: 0))[^1](batch);

        (await db.ClaimAsync()).Should().ContainSingle();
    }

    [Fact]
    public async Task Waiting_is_no_failed_attempt()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var fakes = new FakeServices(units: 3);
        var order = await WaitingAsync(db, fakes);
        for (var i = 0; i < SagaStore.MaxAttempts + 1; i++)
        {
            await db.Store.ResumeAsync([order], CancellationToken.None);
            await RunAsync(db, fakes, (await db.ClaimAsync())[0]);
        }

        (await db.Store.GiveUpAsync(CancellationToken.None)).Should().Be(0);
        (await db.StatusAsync(order)).Should().Be("backordered");
    }

    [Fact]
    public async Task A_cancelled_backorder_is_released()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var fakes = new FakeServices(units: 3);
        var order = await WaitingAsync(db, fakes);
        await Sql.ScalarAsync<object>(
            db.Names.App,
            "update orders set status = 'cancelled', version = version + 1, compensation_pending = true, due_at = now()"
        );
        await RunAsync(db, fakes, (await db.ClaimAsync())[0]);

        fakes.Receive(2);
        (fakes.Free, fakes.Claims[order].State).Should().Be((5, ReservationState.Released));
    }

    private static async Task<Guid> WaitingAsync(OrdersDatabase db, FakeServices fakes)
    {
        var order = (await db.AcceptAsync(1, quantity: 5, onShortage: ShortagePolicies.Backorder))[0];
        await RunAsync(db, fakes, (await db.ClaimAsync())[0]);
        return order;
    }
}
