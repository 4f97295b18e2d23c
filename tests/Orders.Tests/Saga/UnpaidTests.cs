using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>Orders whose money does not come.</summary>
public sealed class UnpaidTests
{
    [Fact]
    public async Task G26_An_order_that_is_not_paid_in_time_expires_and_gives_back_what_it_holds()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var house = new FakeHouse(units: 5);
        var id = (await db.AcceptAsync(1, quantity: 2, token: "tok_late")).Single();
        await RunAsync(db, house);
        (await db.StatusAsync(id)).Should().Be("reserved");
        await MakeDueAsync(db);
        await RunAsync(db, house);
        (await db.StatusAsync(id)).Should().Be("reserved", "its time is not over");

        await Sql.ScalarAsync<object>(
            db.Names.App,
            $"update orders set updated_at = now() - interval '30 minutes' where id = '{id}'"
        );
        await MakeDueAsync(db);
        await RunAsync(db, house);
        (await db.StatusAsync(id), house.Free, house.Charges[id])
            .Should()
            .Be(("expired", 5, ChargeState.Refunded), "a late charge is refused, or goes back");
        (await db.NumberAsync("select count(*) from orders where batch_id is not null or compensation_pending"))
            .Should()
            .Be(0);

        await MakeDueAsync(db);
        (await db.ClaimAsync()).Should().BeEmpty("it is over");
    }

    [Fact]
    public async Task G26_An_expiry_that_was_interrupted_after_the_refund_is_still_one()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var house = new FakeHouse(units: 5);
        var id = (await db.AcceptAsync(1, token: "tok_late")).Single();
        await RunAsync(db, house);
        await Sql.ScalarAsync<object>(
            db.Names.App,
            "update orders set updated_at = now() - interval '30 minutes', due_at = now()"
        );
        house.Before = path =>
            path == "/reservations/release" ? throw new HttpRequestException("Inventory is away.") : Task.CompletedTask;
        await FluentActions.Awaiting(() => RunAsync(db, house)).Should().ThrowAsync<HttpRequestException>();
        house.Charges[id].Should().Be(ChargeState.Refunded);
        house.Before = null;

        await db.Store.AbandonAsync(TimeSpan.FromSeconds(-1), TestContext.Current.CancellationToken);
        await MakeDueAsync(db);
        await RunAsync(db, house);

        (await db.StatusAsync(id), house.Free).Should().Be(("expired", 5), "it was not the provider who refused it");
    }

    [Fact]
    public async Task G26_An_order_that_is_paid_at_the_last_moment_is_confirmed()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var house = new FakeHouse(units: 5);
        var id = (await db.AcceptAsync(1, token: "tok_late")).Single();
        await RunAsync(db, house);
        await Sql.ScalarAsync<object>(
            db.Names.App,
            "update orders set updated_at = now() - interval '31 minutes', due_at = now()"
        );
        house.Charges[id] = ChargeState.Captured;
        await RunAsync(db, house);
        (await db.StatusAsync(id), house.Charges[id]).Should().Be(("confirmed", ChargeState.Captured));
    }

    private static Task MakeDueAsync(OrdersDatabase db) =>
        Sql.ScalarAsync<object>(db.Names.App, "update orders set due_at = now()");

    private static async Task RunAsync(OrdersDatabase db, FakeHouse house)
    {
        foreach (var batch in await db.ClaimAsync())
            await SagaRun.RunAsync(db, house, batch);
    }
}
