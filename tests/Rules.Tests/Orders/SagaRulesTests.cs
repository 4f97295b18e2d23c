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
            OrderStatus.AwaitingPayment,
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
            DateTimeOffset.UnixEpoch.AddMinutes(-minutes),
            AnotherCard: minutes % 2 == 0,
            PayBy: hours is { } p ? DateTimeOffset.UnixEpoch.AddHours(p) : null
        );

    private static readonly TimeSpan PayWithin = TimeSpan.FromMinutes(30);

    [Fact]
    public void Settling_ends_each_compensated_order_as_a_table_of_eleven_lines_says_and_requeues_the_others() =>
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
                            { Status: OrderStatus.AwaitingPayment, Declined: false } => (null, false, false, false),
                            { Status: OrderStatus.Reserved or OrderStatus.AwaitingPayment, Declined: true } => (
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
                                || order is { Status: OrderStatus.AwaitingPayment, Declined: false }
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
                                                (
                                                    ReservationState.Undecided,
                                                    OrderStatus.Backordered
                                                        or OrderStatus.AwaitingCustomer
                                                ) => OrderStatus.NeedsAttention,
                                                (_, OrderStatus.Backordered or OrderStatus.AwaitingCustomer) =>
                                                    OrderStatus.Cancelled,
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
                            ids.Where((_, i) => answers[i].Item2 is ChargeState.Captured or ChargeState.Authorised)
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

    [Theory]
    [InlineData("Allocated", "Accepted", "Reserved", null)]
    [InlineData("Allocated", "Backordered", "Reserved", null)]
    [InlineData("Allocated", "AwaitingCustomer", "Reserved", null)]
    [InlineData("Backordered", "Accepted", "Backordered", "backordered: no delivery date is known")]
    [InlineData("Backordered", "Backordered", null, null)]
    [InlineData("Backordered", "AwaitingCustomer", "Backordered", "backordered: no delivery date is known")]
    [InlineData("Undecided", "Accepted", "AwaitingCustomer", "not enough stock: the customer decides")]
    [InlineData("Undecided", "Backordered", "NeedsAttention", "unexpected reservation state: Undecided")]
    [InlineData("Undecided", "AwaitingCustomer", "NeedsAttention", "unexpected reservation state: Undecided")]
    [InlineData("OutOfStock", "Accepted", "Rejected", "out of stock")]
    [InlineData("OutOfStock", "Backordered", "Cancelled", "the stock can no longer be backordered")]
    [InlineData("OutOfStock", "AwaitingCustomer", "Cancelled", "the customer's choice is no longer available")]
    [InlineData("LimitExceeded", "Accepted", "Rejected", "exceeds the limit per customer")]
    [InlineData("LimitExceeded", "Backordered", "Cancelled", "exceeds the limit per customer")]
    [InlineData("LimitExceeded", "AwaitingCustomer", "Cancelled", "exceeds the limit per customer")]
    [InlineData("Released", "Accepted", "Rejected", "the stock was released before it was reserved")]
    [InlineData("Released", "Backordered", "Cancelled", "the stock was released before it was reserved")]
    [InlineData("Released", "AwaitingCustomer", "Cancelled", "the stock was released before it was reserved")]
    public void Every_answer_of_Inventory_to_an_order_of_every_status_has_its_decision(
        string state,
        string from,
        string? to,
        string? reason
    )
    {
        var before = Enum.Parse<OrderStatus>(from);
        var changes = SagaRules
            .AfterReserve([(new ReserveOutcome(Guid.Empty, Enum.Parse<ReservationState>(state), []), before)])
            .Changes;
        if (to is null)
        {
            changes.Should().BeEmpty();
            return;
        }

        changes
            .Select(c => (c.From, $"{c.To}", c.Reason))
            .Should()
            .Equal((before, to, reason))
            .And.OnlyContain(c => TransitionRules.Allows(before, Enum.Parse<OrderStatus>(to)));
    }

    [Fact]
    public void No_pair_of_an_answer_and_a_status_in_which_Inventory_is_asked_is_missing()
    {
        var method = typeof(SagaRulesTests).GetMethod(
            nameof(Every_answer_of_Inventory_to_an_order_of_every_status_has_its_decision)
        )!;
        method
            .GetCustomAttributes(typeof(InlineDataAttribute), inherit: false)
            .Cast<InlineDataAttribute>()
            .Select(d => $"{d.Data[0]} {d.Data[1]}")
            .Should()
            .BeEquivalentTo(
                from state in Enum.GetNames<ReservationState>()
                from status in new[] { "Accepted", "Backordered", "AwaitingCustomer" }
                select $"{state} {status}"
            );
    }

    [Fact]
    public void A_backordered_order_is_told_the_day_its_stock_is_expected()
    {
        var outcome = new ReserveOutcome(
            Guid.CreateVersion7(),
            ReservationState.Backordered,
            [],
            new DateTimeOffset(2026, 12, 24, 23, 30, 0, TimeSpan.FromHours(-2))
        );

        SagaRules
            .AfterReserve([(outcome, OrderStatus.Accepted)])
            .Changes.Should()
            .ContainSingle()
            .Which.Reason.Should()
            .Be("backordered: stock is expected by 2026-12-25");
    }

    [Theory]
    [InlineData(ReservationState.Allocated, true)]
    [InlineData(ReservationState.OutOfStock, false)]
    public void Lines_are_reduced_to_what_was_reserved_only_where_it_was(ReservationState state, bool reduces)
    {
        var outcome = new ReserveOutcome(Guid.CreateVersion7(), state, [new Shortage("cup", 3, 1)]);

        var result = SagaRules.AfterReserve([(outcome, OrderStatus.Accepted)]);

        result.Reductions.Should().Equal(reduces ? [new LineReduction(outcome.OrderId, "cup", 1)] : []);
        if (reduces)
            result.Changes[0].Reason.Should().Be("reserved in part: the order goes without the rest");
    }

    [Fact]
    public void A_declined_order_awaits_another_card_where_its_customer_may_name_one()
    {
        var (retriable, other) = (Order(OrderStatus.Reserved) with { AnotherCard = true }, Order(OrderStatus.Reserved));
        ChargeOutcome Answer(OwnedOrder order, ChargeState state) => new(order.Id, state, "No money.");

        var result = SagaRules.AfterCharge(
            [Answer(retriable, ChargeState.Declined), Answer(other, ChargeState.Declined)],
            [retriable, other],
            DateTimeOffset.UnixEpoch,
            PayWithin
        );
        var refunded = SagaRules.AfterCharge(
            [Answer(retriable, ChargeState.Refunded)],
            [retriable],
            DateTimeOffset.UnixEpoch,
            PayWithin
        );

        result
            .Changes.Should()
            .Equal(
                new StatusChange(retriable.Id, OrderStatus.Reserved, OrderStatus.AwaitingPayment, "No money.", null)
            );
        result.Declined.Should().Equal((other.Id, "No money."));
        refunded.Changes.Should().BeEmpty("a refund is final");
        refunded.Declined.Should().Equal((retriable.Id, "No money."));
        SagaRules
            .AfterCharging([retriable, other], result, DateTimeOffset.UnixEpoch, PayWithin)
            .Should()
            .Be(new NeededCompensations(Refund: false, Release: true));
    }

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(0, false, true)]
    [InlineData(-1, false, true)]
    [InlineData(null, false, true)]
    [InlineData(-1, true, false)]
    public void An_order_for_which_no_other_card_was_named_in_time_is_declined_for_good_once(
        int? minutes,
        bool declined,
        bool ends
    )
    {
        var now = DateTimeOffset.UnixEpoch;
        var order = Order(OrderStatus.AwaitingPayment) with
        {
            AnotherCard = true,
            Declined = declined,
            PayBy = minutes is { } m ? now.AddMinutes(m) : null,
        };

        SagaRules
            .AfterCharge([], [order], now, PayWithin)
            .Declined.Should()
            .Equal(ends ? [(order.Id, "the card was declined and no other card was named in time")] : []);
    }

    [Fact]
    public void An_order_without_another_card_keeps_its_stock_until_the_decline_is_recorded_and_is_then_rejected()
    {
        var now = DateTimeOffset.UnixEpoch;
        var waiting = Order(OrderStatus.AwaitingPayment) with { PayBy = now.AddMinutes(3) };
        var late = waiting with { PayBy = now.AddMinutes(-3) };
        var declined = late with { Declined = true };

        SagaRules.ToRelease([waiting, late], now, PayWithin).Should().BeEmpty("a card may still be named");
        SagaRules.Settle([waiting], now, PayWithin).Waiting.Should().Equal((waiting.Id, now.AddMinutes(3)));
        SagaRules.Settle([late], now, PayWithin).Waiting.Should().Equal((late.Id, now.AddMinutes(-3)));
        SagaRules.ToRelease([declined], now, PayWithin).Should().Equal(declined.Id);
        SagaRules
            .Settle([declined with { StockReleased = true }], now, PayWithin)
            .Changes.Should()
            .Equal(
                new StatusChange(
                    declined.Id,
                    OrderStatus.AwaitingPayment,
                    OrderStatus.Rejected,
                    "the card was declined and no other card was named in time",
                    null
                )
            );
    }

    [Theory]
    [InlineData(ChargeState.Declined, null, "payment declined")]
    [InlineData(ChargeState.Declined, "The provider declined the payment.", "The provider declined the payment.")]
    [InlineData(ChargeState.Refunded, null, "the payment was ended by an earlier attempt that was interrupted")]
    public void A_declined_order_is_given_the_providers_reason(ChargeState state, string? reason, string expected) =>
        SagaRules
            .AfterCharge(
                [new ChargeOutcome(Guid.CreateVersion7(), state, reason)],
                [],
                DateTimeOffset.UnixEpoch,
                PayWithin
            )
            .Declined.Should()
            .ContainSingle()
            .Which.Reason.Should()
            .Be(expected);

    [Fact]
    public void An_order_that_ends_without_a_decision_or_a_payment_says_so()
    {
        var now = DateTimeOffset.UnixEpoch;
        var undecided = Order(OrderStatus.AwaitingCustomer) with { DecideBy = now, StockReleased = true };
        var unpaid = Order(OrderStatus.Reserved) with
        {
            StatusSince = now - PayWithin,
            Refunded = true,
            StockReleased = true,
        };

        SagaRules
            .Settle([undecided, unpaid], now, PayWithin)
            .Changes.Select(c => c.Reason)
            .Should()
            .Equal("the customer did not decide in time", "not paid in time");
    }

    [Fact]
    public void An_order_waits_until_its_customers_deadline_or_an_hour_for_stock()
    {
        var now = DateTimeOffset.UnixEpoch;
        var asked = Order(OrderStatus.AwaitingCustomer) with { DecideBy = now.AddMinutes(7) };
        var backordered = Order(OrderStatus.Backordered);

        SagaRules
            .Settle([asked, backordered], now, PayWithin)
            .Waiting.Should()
            .BeEquivalentTo([(asked.Id, now.AddMinutes(7)), (backordered.Id, now.AddHours(1))]);
    }

    [Theory]
    [InlineData(1, 250)]
    [InlineData(2, 500)]
    [InlineData(3, 1_000)]
    [InlineData(30, 10_000)]
    public void The_pause_between_attempts_doubles_up_to_ten_seconds(int attempts, int milliseconds) =>
        SagaRules
            .Pause(Order(OrderStatus.Accepted) with { Attempts = attempts }, PayWithin)
            .Should()
            .Be(TimeSpan.FromMilliseconds(milliseconds));

    [Fact]
    public void A_declined_order_needs_its_stock_released_and_nothing_refunded()
    {
        var order = Order(OrderStatus.Reserved);
        var declined = new SagaStepResult { Declined = [(order.Id, "declined")] };

        SagaRules
            .AfterCharging([order], declined, DateTimeOffset.UnixEpoch.AddDays(1), PayWithin)
            .Should()
            .Be(new NeededCompensations(Refund: false, Release: true));
        SagaRules
            .AfterCharging([order], new SagaStepResult(), DateTimeOffset.UnixEpoch, PayWithin)
            .Should()
            .Be(new NeededCompensations(Refund: false, Release: false));
    }

    private static OwnedOrder Order(OrderStatus status) =>
        new(Guid.CreateVersion7(), status, 1, "tok_ok", false, false, false, false, 1, null, DateTimeOffset.UnixEpoch);
}
