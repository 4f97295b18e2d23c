using CsCheck;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Saga;

namespace DaprShop.Rules.Tests.Orders;

/// <summary>The saga's decisions.</summary>
public sealed class SagaRulesTests
{
    private static readonly Gen<OwnedOrder> Owned =
        from status in Gen.OneOf(
            OrderStatus.Accepted,
            OrderStatus.Backordered,
            OrderStatus.AwaitingCustomer,
            OrderStatus.Reserved,
            OrderStatus.Paid,
            OrderStatus.Rejected
        )
        from declined in Gen.Bool
        from cancelled in Gen.Bool
        from refunded in Gen.Bool
        from released in Gen.Bool
        from attempts in Gen.Int[1, 60]
        from hours in Gen.OneOf<int?>(null, -1, 0, 1)
        from minutes in Gen.Int[0, 60]
        select new OwnedOrder(
            Guid.CreateVersion7(),
            cancelled ? OrderStatus.Cancelled : status,
            1,
            "tok_ok",
            declined,
            cancelled,
            refunded,
            released,
            attempts,
            hours is { } h ? DateTimeOffset.UnixEpoch.AddHours(h) : null,
            DateTimeOffset.UnixEpoch.AddMinutes(-minutes)
        );

    private static readonly TimeSpan PayWithin = TimeSpan.FromMinutes(30);

    [Fact]
    public void Settling_ends_each_compensated_order_as_a_table_of_nine_lines_says_and_requeues_the_others() =>
        Owned
            .List[0, 20]
            .Sample(
                orders =>
                {
                    var now = DateTimeOffset.UnixEpoch;
                    var result = SagaRules.Settle(orders, now, PayWithin);
                    foreach (var order in orders)
                    {
                        var (to, release, refund, back) = order switch
                        {
                            { CompensationPending: true } => ((OrderStatus?)null, true, true, false),
                            { Status: OrderStatus.Paid } => (OrderStatus.Confirmed, false, false, false),
                            { Status: OrderStatus.Rejected or OrderStatus.Backordered } => (null, false, false, false),
                            { Status: OrderStatus.AwaitingCustomer, DecideBy: { } by } when by <= now => (
                                OrderStatus.Expired,
                                true,
                                false,
                                false
                            ),
                            { Status: OrderStatus.AwaitingCustomer, DecideBy: not null } => (null, false, false, false),
                            { Status: OrderStatus.Reserved, Declined: true } => (
                                OrderStatus.Rejected,
                                true,
                                false,
                                false
                            ),
                            { Status: OrderStatus.Reserved } when order.StatusSince <= now.AddMinutes(-30) => (
                                OrderStatus.Expired,
                                true,
                                true,
                                false
                            ),
                            _ => (null, false, false, true),
                        };
                        var compensated = (order.Refunded || !refund) && (order.StockReleased || !release);
                        if (!compensated)
                            (to, back) = (null, true);
                        result
                            .Changes.Where(m => m.OrderId == order.Id)
                            .Select(m => (m.From, m.To))
                            .Should()
                            .Equal(to is { } next ? new[] { (order.Status, next) } : []);
                        SagaRules
                            .ToRelease(orders, now, PayWithin)
                            .Contains(order.Id)
                            .Should()
                            .Be(release && !order.StockReleased && (order.Refunded || !refund));
                        SagaRules
                            .ToRefund(orders, now, PayWithin)
                            .Contains(order.Id)
                            .Should()
                            .Be(refund && !order.Refunded);
                        result.Compensated.Contains(order.Id).Should().Be(order.CompensationPending && compensated);
                        result.Requeued.Count(p => p.OrderId == order.Id).Should().Be(back ? 1 : 0);
                        var waits =
                            compensated
                            && (
                                order.Status == OrderStatus.Backordered
                                || order is { Status: OrderStatus.AwaitingCustomer, DecideBy: not null } && to is null
                            );
                        result.Waiting.Count(w => w.OrderId == order.Id).Should().Be(waits ? 1 : 0);
                        result
                            .Completed.Count(id => id == order.Id)
                            .Should()
                            .Be(back || waits ? 0 : 1, "no order keeps its owner");
                    }

                    result.Changes.Where(m => !TransitionRules.Allows(m.From, m.To)).Should().BeEmpty();
                    result
                        .Requeued.Where(p =>
                            p.DueAt < now
                            || p.DueAt
                                > now.AddSeconds(
                                    orders.First(o => o.Id == p.OrderId).Status == OrderStatus.Reserved ? 60 : 10
                                )
                        )
                        .Should()
                        .BeEmpty();
                    result.FinishesBatch.Should().BeTrue();
                },
                iter: Samples.Of(2_000)
            );

    [Fact]
    public void Each_answer_of_Inventory_and_Payments_has_one_consequence() =>
        Gen.Select(
                Gen.Enum<ReservationState>(),
                Gen.Enum<ChargeState>(),
                Gen.OneOf(OrderStatus.Accepted, OrderStatus.Backordered, OrderStatus.AwaitingCustomer)
            )
            .List[0, 20]
            .Sample(
                answers =>
                {
                    var ids = answers.Select(_ => Guid.CreateVersion7()).ToList();
                    var reserved = SagaRules.AfterReserve(
                        answers.Select((a, i) => (new ReserveOutcome(ids[i], a.Item1, []), a.Item3))
                    );
                    var charged = SagaRules.AfterCharge(
                        [.. answers.Select((a, i) => new ChargeOutcome(ids[i], a.Item2, null))],
                        [],
                        TimeProvider.System.GetUtcNow(),
                        PayWithin
                    );

                    reserved
                        .Changes.Select(m => (m.OrderId, m.From, m.To))
                        .Should()
                        .Equal(
                            answers
                                .Select(
                                    (a, i) =>
                                        (
                                            ids[i],
                                            a.Item3,
                                            (a.Item1, a.Item3) switch
                                            {
                                                (ReservationState.Allocated, _) => OrderStatus.Reserved,
                                                (ReservationState.Backordered, _) => OrderStatus.Backordered,
                                                (ReservationState.Undecided, OrderStatus.Accepted) =>
                                                    OrderStatus.AwaitingCustomer,
                                                (ReservationState.OutOfStock, OrderStatus.AwaitingCustomer) =>
                                                    OrderStatus.Cancelled,
                                                (_, OrderStatus.Backordered or OrderStatus.AwaitingCustomer) =>
                                                    OrderStatus.NeedsAttention,
                                                _ => OrderStatus.Rejected,
                                            }
                                        )
                                )
                                .Where(m => m.Item2 != m.Item3)
                        );
                    reserved.Changes.Where(m => !TransitionRules.Allows(m.From, m.To)).Should().BeEmpty();
                    charged
                        .Changes.Select(m => (m.OrderId, m.From, m.To))
                        .Should()
                        .Equal(
                            ids.Where((_, i) => answers[i].Item2 == ChargeState.Captured)
                                .Select(id => (id, OrderStatus.Reserved, OrderStatus.Paid))
                        );
                    charged
                        .Declined.Select(d => d.OrderId)
                        .Should()
                        .Equal(ids.Where((_, i) => answers[i].Item2 is ChargeState.Declined or ChargeState.Refunded));
                },
                iter: Samples.Of(500)
            );

    [Fact]
    public void The_attempts_of_an_unpaid_order_last_longer_than_the_time_to_pay()
    {
        var waited = Enumerable
            .Range(1, SagaStore.MaxAttempts)
            .Sum(attempt =>
                SagaRules
                    .Pause(
                        new OwnedOrder(
                            Guid.Empty,
                            OrderStatus.Reserved,
                            1,
                            "tok_late",
                            false,
                            false,
                            false,
                            false,
                            attempt
                        ),
                        PayWithin
                    )
                    .TotalMinutes
            );
        waited.Should().BeGreaterThan(PayWithin.TotalMinutes, "else an operator would have to look at each of them");
    }

    [Fact]
    public void Charging_tells_exactly_the_compensations_that_the_orders_will_need() =>
        Owned
            .List[0, 5]
            .Sample(
                orders =>
                {
                    var now = DateTimeOffset.UnixEpoch;
                    var charged = new SagaStepResult
                    {
                        Changes =
                        [
                            .. orders
                                .Where(o => o is { Status: OrderStatus.Reserved, Attempts: <= 20 })
                                .Select(o => new StatusChange(o.Id, o.Status, OrderStatus.Paid)),
                        ],
                        Declined =
                        [
                            .. orders
                                .Where(o => o is { Status: OrderStatus.Reserved, Attempts: > 40 })
                                .Select(o => (o.Id, (string?)"declined")),
                        ],
                    };
                    var fresh = orders.ConvertAll(o =>
                        o switch
                        {
                            { Status: OrderStatus.Reserved, Attempts: <= 20 } => o with { Status = OrderStatus.Paid },
                            { Status: OrderStatus.Reserved, Attempts: > 40 } => o with { Declined = true },
                            _ => o,
                        } with
                        {
                            Refunded = false,
                            StockReleased = false,
                        }
                    );
                    var refunds = SagaRules.ToRefund(fresh, now, PayWithin);
                    var releases = SagaRules.ToRelease(
                        fresh.ConvertAll(o => o with { Refunded = refunds.Contains(o.Id) }),
                        now,
                        PayWithin
                    );

                    SagaRules
                        .AfterCharging(orders, charged, now, PayWithin)
                        .Should()
                        .Be(new NeededCompensations(refunds.Count > 0, releases.Count > 0));
                },
                iter: Samples.Of(1_000)
            );

    [Fact]
    public void A_reserved_order_is_never_rejected_because_the_provider_is_slow()
    {
        var pending = SagaRules.AfterCharge(
            [new ChargeOutcome(Guid.CreateVersion7(), ChargeState.Pending, null)],
            [],
            TimeProvider.System.GetUtcNow(),
            PayWithin
        );
        (pending.Changes.Count, pending.Declined.Count).Should().Be((0, 0));
    }
}
