using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using static DaprShop.Orders.Tests.SagaRun;

namespace DaprShop.Orders.Tests;

/// <summary>The compensation of cancelled orders.</summary>
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

        await RunAsync(db, new FakeServices(units: 1), (await db.ClaimAsync())[0]);

        (await db.NumberAsync($"select count(*) from orders where id = '{order}' and not compensation_pending"))
            .Should()
            .Be(1);
    }

    [Fact]
    public async Task A_paid_and_cancelled_order_is_refunded_and_its_stock_released()
    {
        await using var db = await OrdersDatabase.CreateAsync();
        var fakes = new FakeServices(units: 1);
        var order = (await db.AcceptAsync(1))[0];
        await RunAsync(db, fakes, (await db.ClaimAsync())[0]);
        (fakes.Charges[order], fakes.Free).Should().Be((ChargeState.Captured, 0));
        await Sql.ScalarAsync<object>(
            db.Names.App,
            "update orders set status = 'cancelled', version = version + 1, compensation_pending = true, due_at = now()"
        );
        var compensation = (await db.ClaimAsync())[0];

        fakes.Failure = System.Net.HttpStatusCode.InternalServerError;
        var refused = () => RunAsync(db, fakes, compensation);
        await refused.Should().ThrowAsync<HttpRequestException>("a refund that failed was not given");
        (await db.NumberAsync("select count(*) from orders where compensation_pending")).Should().Be(1);

        fakes.Failure = null;
        await RunAsync(db, fakes, compensation);

        (fakes.Charges[order], fakes.Free).Should().Be((ChargeState.Refunded, 1));
    }
}
