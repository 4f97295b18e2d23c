using CsCheck;
using DaprShop.Contracts;
using DaprShop.Orders.Data;
using DaprShop.Orders.Domain;

namespace DaprShop.Orders.Tests;

/// <summary>The declared state machine, and the decisions that must stay inside it.</summary>
public sealed class DomainTests
{
    private static readonly Gen<OwnedOrder> Owned =
        from status in Gen.OneOfConst(
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
        from hours in Gen.OneOfConst<int?>(null, -1, 0, 1)
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
    public void Final_statuses_are_left_by_nobody()
    {
        foreach (var status in Enum.GetValues<OrderStatus>().Where(Transitions.IsFinal))
            Transitions.All.Should().NotContain(t => t.From == status);
    }

    [Fact]
    public void Every_status_can_be_reached_and_has_a_name_that_reads_back()
    {
        foreach (var status in Enum.GetValues<OrderStatus>())
        {
            OrderStatuses.Parse(status.Name()).Should().Be(status);
            if (status != OrderStatus.Accepted)
                Transitions.Into(status).Should().NotBeEmpty();
        }
    }

    [Fact]
    public void Settling_ends_each_order_of_a_batch_as_a_table_of_nine_lines_says() =>
        Owned
            .List[0, 20]
            .Sample(
                orders =>
                {
                    var now = DateTimeOffset.UnixEpoch;
                    var result = SagaSteps.Settle(orders, now, PayWithin);
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
                        SagaSteps.ToRelease(orders, now, PayWithin).Contains(order.Id).Should().Be(released);
                        SagaSteps.ToRefund(orders, now, PayWithin).Contains(order.Id).Should().Be(refunded);
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

                    result.Moves.Where(m => !Transitions.Allows(m.From, m.To)).Should().BeEmpty();
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
                Gen.OneOfConst(OrderStatus.Accepted, OrderStatus.Backordered, OrderStatus.AwaitingCustomer)
            )
            .List[0, 20]
            .Sample(
                answers =>
                {
                    var ids = answers.Select(_ => Guid.CreateVersion7()).ToList();
                    var reserved = SagaSteps.AfterReserve(
                        answers.Select((a, i) => (new ReserveOutcome(ids[i], a.Item1, []), a.Item3))
                    );
                    var charged = SagaSteps.AfterCharge(
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
                    reserved.Moves.Where(m => !Transitions.Allows(m.From, m.To)).Should().BeEmpty();
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
    public void Nothing_goes_in_circles_but_by_an_operator_and_what_is_paid_is_refunded_or_delivered()
    {
        var order = new[]
        {
            OrderStatus.Accepted,
            OrderStatus.AwaitingCustomer,
            OrderStatus.Backordered,
            OrderStatus.Reserved,
            OrderStatus.Paid,
            OrderStatus.Confirmed,
            OrderStatus.Shipped,
            OrderStatus.Delivered,
        };
        foreach (
            var (from, to) in Transitions.All.Where(t => t.From != OrderStatus.NeedsAttention && order.Contains(t.To))
        )
            Array.IndexOf(order, to).Should().BeGreaterThan(Array.IndexOf(order, from), $"{from} came before {to}");
        Transitions
            .Into(OrderStatus.Rejected)
            .Should()
            .Equal(OrderStatus.Accepted, OrderStatus.Reserved, OrderStatus.NeedsAttention);
        Transitions
            .Into(OrderStatus.Cancelled)
            .Should()
            .Equal(
                OrderStatus.Accepted,
                OrderStatus.Backordered,
                OrderStatus.AwaitingCustomer,
                OrderStatus.Reserved,
                OrderStatus.Paid,
                OrderStatus.Confirmed,
                OrderStatus.NeedsAttention
            );
    }

    [Fact]
    public void While_money_is_waited_for_the_attempts_last_longer_than_the_time_to_pay()
    {
        var waited = Enumerable
            .Range(1, SagaStore.MaxAttempts)
            .Sum(attempt =>
                SagaSteps
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
        var pending = SagaSteps.AfterCharge(
            [new ChargeOutcome(Guid.CreateVersion7(), ChargeState.Pending, null)],
            [],
            TimeProvider.System.GetUtcNow(),
            PayWithin
        );
        (pending.Moves.Count, pending.Declined.Count).Should().Be((0, 0));
    }

    [Fact]
    public void A_request_is_told_everything_that_is_wrong_with_it_at_once()
    {
        var request = new OrderRequest(
            [new("", 0), new("cup", Placement.MaxQuantity + 1, 1m), null!],
            new RequestedPayment(""),
            "ignore",
            "bob"
        );
        Placement
            .Check(request, byOperator: false)
            .Select(c => c.Field)
            .Should()
            .Equal(
                "/lines/0/sku",
                "/lines/0/quantity",
                "/lines/1/quantity",
                "/lines/1/unitPrice",
                "/lines/2",
                "/payment/token",
                "/onShortage",
                "/customer"
            );
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(Placement.MaxLines, true)]
    [InlineData(Placement.MaxLines + 1, false)]
    public void An_order_has_as_many_lines_as_are_allowed(int lines, bool allowed)
    {
        var request = new OrderRequest(
            [.. Enumerable.Repeat(new RequestedLine("cup", 1), lines)],
            new RequestedPayment("tok_ok")
        );
        Placement.Check(request, byOperator: true).Select(c => c.Field).Should().Equal(allowed ? [] : ["/lines"]);
    }

    [Theory]
    [InlineData("0", true)]
    [InlineData("1000000", true)]
    [InlineData("0.0001", true)]
    [InlineData("-0.01", false)]
    [InlineData("1000000.01", false)]
    [InlineData("0.00001", false)]
    public void A_named_price_is_in_range_and_has_four_decimals_at_most(string price, bool allowed)
    {
        var line = new RequestedLine("cup", 1, decimal.Parse(price, System.Globalization.CultureInfo.InvariantCulture));
        Placement
            .Check(new OrderRequest([line], new RequestedPayment("tok_ok")), byOperator: true)
            .Select(c => c.Field)
            .Should()
            .Equal(allowed ? [] : ["/lines/0/unitPrice"]);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void A_sku_is_as_long_as_Inventory_allows(int length, bool allowed) =>
        Placement
            .Check(
                new OrderRequest([new(new string('s', length), 1)], new RequestedPayment("tok_ok")),
                byOperator: false
            )
            .Select(c => c.Field)
            .Should()
            .Equal(allowed ? [] : ["/lines/0/sku"]);

    [Fact]
    public void Only_an_operator_may_name_a_price_or_a_customer()
    {
        var request = new OrderRequest([new("cup", 1, 1.5m)], new RequestedPayment("tok_ok"), Customer: "bob");
        Placement.Check(request, byOperator: true).Should().BeEmpty();
        Placement.Check(request, byOperator: false).Should().HaveCount(2);
    }
}
