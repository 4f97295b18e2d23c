using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>Orders that are not paid.</summary>
public sealed class UnpaidTests
{
    [Fact]
    public async Task G26_An_order_that_is_not_paid_in_time_expires_and_its_stock_is_released()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var fakes = new FakeServices(units: 5);
        var id = (await db.AcceptAsync(1, quantity: 2, token: "tok_late")).Single();
        await RunAsync(db, fakes);
        (await db.StatusAsync(id)).Should().Be("reserved");
        await MakeDueAsync(db);
        await RunAsync(db, fakes);
        (await db.StatusAsync(id)).Should().Be("reserved", "its time is not over");

        await Sql.ScalarAsync<object>(
            db.Names.App,
            $"update orders set updated_at = now() - interval '30 minutes' where id = '{id}'"
        );
        await MakeDueAsync(db);
        await RunAsync(db, fakes);
        (await db.StatusAsync(id), fakes.Free, fakes.Charges[id])
            .Should()
            .Be(("expired", 5, ChargeState.Refunded), "a late charge is refused or refunded");
        (await db.NumberAsync("select count(*) from orders where batch_id is not null or compensation_pending"))
            .Should()
            .Be(0);

        await MakeDueAsync(db);
        (await db.ClaimAsync()).Should().BeEmpty("it is over");
    }

    [Fact]
    public async Task A_payment_that_is_answered_while_its_batch_still_runs_is_settled_by_the_next_batch_at_once()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var fakes = new FakeServices(units: 5);
        var id = (await db.AcceptAsync(1, token: "tok_late")).Single();
        var batch = (await db.ClaimAsync())[0];
        var activities = SagaRun.Activities(db, fakes);
        foreach (var activity in activities[..^1])
            await activity(batch);

        await db.Store.ResumeAsync([id], TestContext.Current.CancellationToken);
        await activities[^1](batch);

        (await db.StatusAsync(id)).Should().Be("reserved");
        (await db.ClaimAsync()).Should().ContainSingle("it does not wait for its next attempt");
    }

    [Fact]
    public async Task A_reserved_order_whose_payment_is_answered_is_claimed_at_once()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var id = (await db.AcceptAsync(1, token: "tok_late")).Single();
        await RunAsync(db, new FakeServices(units: 5));
        (await db.ClaimAsync()).Should().BeEmpty("its next attempt is not due");

        await db.Store.ResumeAsync([id], TestContext.Current.CancellationToken);

        (await db.ClaimAsync()).Should().ContainSingle();
    }

    [Fact]
    public async Task G26_An_expiry_that_was_interrupted_after_the_refund_is_completed_as_an_expiry()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var fakes = new FakeServices(units: 5);
        var id = (await db.AcceptAsync(1, token: "tok_late")).Single();
        await RunAsync(db, fakes);
        await Sql.ScalarAsync<object>(
            db.Names.App,
            "update orders set updated_at = now() - interval '30 minutes', due_at = now()"
        );
        fakes.Before = path =>
            path == "/reservations/release" ? throw new HttpRequestException("Inventory is away.") : Task.CompletedTask;
        await FluentActions.Awaiting(() => RunAsync(db, fakes)).Should().ThrowAsync<HttpRequestException>();
        fakes.Charges[id].Should().Be(ChargeState.Refunded);
        fakes.Before = null;

        await db.Store.AbandonAsync(TimeSpan.FromSeconds(-1), TestContext.Current.CancellationToken);
        await MakeDueAsync(db);
        await RunAsync(db, fakes);

        (await db.StatusAsync(id), fakes.Free).Should().Be(("expired", 5), "the provider did not refuse it");
    }

    [Fact]
    public async Task G26_An_order_that_is_paid_at_the_last_moment_is_confirmed()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var fakes = new FakeServices(units: 5);
        var id = (await db.AcceptAsync(1, token: "tok_late")).Single();
        await RunAsync(db, fakes);
        await Sql.ScalarAsync<object>(
            db.Names.App,
            "update orders set updated_at = now() - interval '31 minutes', due_at = now()"
        );
        fakes.Charges[id] = ChargeState.Captured;
        await RunAsync(db, fakes);
        (await db.StatusAsync(id), fakes.Charges[id]).Should().Be(("confirmed", ChargeState.Captured));
    }

    private static Task MakeDueAsync(OrdersDatabase db) =>
        Sql.ScalarAsync<object>(db.Names.App, "update orders set due_at = now()");

    private static async Task RunAsync(OrdersDatabase db, FakeServices fakes)
    {
        foreach (var batch in await db.ClaimAsync())
            await SagaRun.RunAsync(db, fakes, batch);
    }
}
