using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using static DaprShop.Orders.Tests.SagaRun;

namespace DaprShop.Orders.Tests;

/// <summary>What a cancelled order gives back.</summary>
public sealed class CompensationTests
{
    [Fact]
    public async Task A_cancelled_order_is_compensated_however_often_it_was_tried_before()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var order = (await db.AcceptAsync(1))[0];
        await Sql.ScalarAsync<object>(
            db.Names.App,
            $"update orders set attempts = {SagaStore.MaxAttempts}, status = 'cancelled', compensation_pending = true"
        );
        (await db.Store.GiveUpAsync(CancellationToken.None)).Should().Be(0, "an operator could not do it any better");

        await RunAsync(db, new FakeHouse(units: 1), (await db.ClaimAsync())[0]);

        (await db.NumberAsync($"select count(*) from orders where id = '{order}' and not compensation_pending"))
            .Should()
            .Be(1);
    }

    [Fact]
    public async Task What_was_paid_and_then_cancelled_gives_its_money_and_its_stock_back()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var house = new FakeHouse(units: 1);
        var order = (await db.AcceptAsync(1))[0];
        await RunAsync(db, house, (await db.ClaimAsync())[0]);
        (house.Charges[order], house.Free).Should().Be((ChargeState.Captured, 0));
        await Sql.ScalarAsync<object>(
            db.Names.App,
            "update orders set status = 'cancelled', version = version + 1, compensation_pending = true, due_at = now()"
        );
        var undoing = (await db.ClaimAsync())[0];

        house.Failure = System.Net.HttpStatusCode.InternalServerError;
        var refused = () => RunAsync(db, house, undoing);
        await refused.Should().ThrowAsync<HttpRequestException>("a refund that failed was not given");
        (await db.NumberAsync("select count(*) from orders where compensation_pending")).Should().Be(1);

        house.Failure = null;
        await RunAsync(db, house, undoing);

        (house.Charges[order], house.Free).Should().Be((ChargeState.Refunded, 1));
    }
}
