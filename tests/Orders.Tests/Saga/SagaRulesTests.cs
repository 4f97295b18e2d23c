using CsCheck;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Saga;

namespace DaprShop.Orders.Tests;

/// <summary>What follows from the answers of Inventory and Payments.</summary>
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
        from undo in Gen.Bool
        from attempts in Gen.Int[1, 60]
        from hours in Gen.OneOf<int?>(null, -1, 0, 1)
        from minutes in Gen.Int[0, 60]
        select new OwnedOrder(
            Guid.CreateVersion7(),
            undo ? OrderStatus.Cancelled : status,
            1,
            "tok_ok",
            declined,
            undo,
            attempts,
            hours is { } h ? DateTimeOffset.UnixEpoch.AddHours(h) : null,
            DateTimeOffset.UnixEpoch.AddMinutes(-minutes)
        );

    private static readonly TimeSpan PayWithin = TimeSpan.FromMinutes(30);

    [Fact]
    public void Settling_ends_each_order_of_a_batch_as_a_table_of_nine_lines_says() =>
        Owned
            .List[0, 20]
            .Sample(
                orders =>
                {
                    var now = DateTimeOffset.UnixEpoch;
                    var result = SagaRules.Settle(orders, now, PayWithin);
                    foreach (var order in orders)
                    {
                        var (to, released, refunded, back) = order switch
                        {
                            { Undo: true } => ((OrderStatus?)null, true, true, false),
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
                            { Status: OrderStatus.Reserved } when order.Since <= now.AddMinutes(-30) => (
                                OrderStatus.Expired,
                                true,
                                true,
                                false
                            ),
                            _ => (null, false, false, true),
                        };
                        result
                            .Moves.Where(m => m.OrderId == order.Id)
                            .Select(m => (m.From, m.To))
                            .Should()
                            .Equal(to is { } next ? new[] { (order.Status, next) } : []);
                        SagaRules.ToRelease(orders, now, PayWithin).Contains(order.Id).Should().Be(released);
                        SagaRules.ToRefund(orders, now, PayWithin).Contains(order.Id).Should().Be(refunded);
                        result.Undone.Contains(order.Id).Should().Be(order.Undo);
                        result.PutBack.Count(p => p.OrderId == order.Id).Should().Be(back ? 1 : 0);
                        var waits =
                            order.Status == OrderStatus.Backordered
                            || order is { Status: OrderStatus.AwaitingCustomer, DecideBy: not null } && to is null;
                        result.Waiting.Count(w => w.OrderId == order.Id).Should().Be(waits ? 1 : 0);
                        result
                            .LetGo.Count(id => id == order.Id)
                            .Should()
                            .Be(back || waits ? 0 : 1, "no order keeps its owner");
                    }

                    result.Moves.Where(m => !TransitionRules.Allows(m.From, m.To)).Should().BeEmpty();
                    result
                        .PutBack.Where(p =>
                            p.DueAt <= now
                            || p.DueAt
                                > now.AddSeconds(
                                    orders.First(o => o.Id == p.OrderId).Status == OrderStatus.Reserved ? 60 : 10
                                )
                        )
                        .Should()
                        .BeEmpty();
                    result.Finish.Should().BeTrue();
                },
                iter: 2_000
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
                        .Moves.Select(m => (m.OrderId, m.From, m.To))
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
                    reserved.Moves.Where(m => !TransitionRules.Allows(m.From, m.To)).Should().BeEmpty();
                    charged
                        .Moves.Select(m => (m.OrderId, m.From, m.To))
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
                iter: 500
            );

    [Fact]
    public void While_money_is_waited_for_the_attempts_last_longer_than_the_time_to_pay()
    {
        var waited = Enumerable
            .Range(1, SagaStore.MaxAttempts)
            .Sum(attempt =>
                SagaRules
                    .Pause(
                        new OwnedOrder(Guid.Empty, OrderStatus.Reserved, 1, "tok_late", false, false, attempt),
                        PayWithin
                    )
                    .TotalMinutes
            );
        waited.Should().BeGreaterThan(PayWithin.TotalMinutes, "else an operator would have to look at each of them");
    }

    [Fact]
    public void A_reserved_order_is_never_rejected_because_the_provider_is_slow()
    {
        var pending = SagaRules.AfterCharge(
            [new ChargeOutcome(Guid.CreateVersion7(), ChargeState.Pending, null)],
            [],
            TimeProvider.System.GetUtcNow(),
            PayWithin
        );
        (pending.Moves.Count, pending.Declined.Count).Should().Be((0, 0));
    }
}
