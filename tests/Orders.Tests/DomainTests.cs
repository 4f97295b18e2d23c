using CsCheck;
using DaprShop.Contracts;
using DaprShop.Orders.Domain;

namespace DaprShop.Orders.Tests;

/// <summary>The declared state machine, and the decisions that must stay inside it.</summary>
public sealed class DomainTests
{
    private static readonly Gen<OwnedOrder> Owned =
        from status in Gen.OneOfConst(OrderStatus.Accepted, OrderStatus.Reserved, OrderStatus.Paid)
        from declined in Gen.Bool
        from undo in Gen.Bool
        from attempts in Gen.Int[1, 60]
        select new OwnedOrder(Guid.CreateVersion7(), undo ? OrderStatus.Cancelled : status, 1, "tok_ok", declined, undo, attempts);

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
            if (status != OrderStatus.Accepted) Transitions.Into(status).Should().NotBeEmpty();
        }
    }

    [Fact]
    public void Settling_decides_every_order_of_a_batch_exactly_once_and_only_by_declared_moves() => Owned.List[0, 20].Sample(orders =>
    {
        var now = DateTimeOffset.UnixEpoch;
        var result = SagaSteps.Settle(orders, now);
        result.LetGo.Concat(result.PutBack.Select(p => p.OrderId)).Should().BeEquivalentTo(orders.Select(o => o.Id), "no order keeps its owner, none is let go twice");
        result.Moves.Where(m => !Transitions.Allows(m.From, m.To)).Should().BeEmpty();
        result.Moves.Select(m => m.OrderId).Should().OnlyHaveUniqueItems();
        foreach (var order in orders)
        {
            var move = result.Moves.SingleOrDefault(m => m.OrderId == order.Id);
            if (move?.To == OrderStatus.Confirmed) order.Status.Should().Be(OrderStatus.Paid);
            if (move?.To == OrderStatus.Rejected) SagaSteps.ToRelease(orders).Should().Contain(order.Id, "what is rejected gives its stock back first");
            if (order.Undo) (SagaSteps.ToRelease(orders).Contains(order.Id) && SagaSteps.ToRefund(orders).Contains(order.Id) && result.Undone.Contains(order.Id)).Should().BeTrue();
            else SagaSteps.ToRefund(orders).Should().NotContain(order.Id);
        }

        result.PutBack.Where(p => p.DueAt <= now || p.DueAt > now.AddSeconds(10)).Should().BeEmpty();
    }, iter: 5_000);

    [Fact]
    public void A_reserved_order_is_never_rejected_because_the_provider_is_slow()
    {
        var pending = SagaSteps.AfterCharge([new ChargeOutcome(Guid.CreateVersion7(), ChargeState.Pending, null)]);
        (pending.Moves.Count, pending.Declined.Count).Should().Be((0, 0));
    }

    [Fact]
    public void A_request_is_told_everything_that_is_wrong_with_it_at_once()
    {
        var request = new OrderRequest([new("", 0), new("cup", Placement.MaxQuantity + 1, 1m), null!], new RequestedPayment(""), "ignore", "bob");
        Placement.Check(request, byOperator: false).Select(c => c.Field).Should().Equal(
            "/lines/0/sku", "/lines/0/quantity", "/lines/1/quantity", "/lines/1/unitPrice", "/lines/2", "/payment/token", "/onShortage", "/customer");
    }

    [Fact]
    public void Only_an_operator_may_name_a_price_or_a_customer()
    {
        var request = new OrderRequest([new("cup", 1, 1.5m)], new RequestedPayment("tok_ok"), Customer: "bob");
        Placement.Check(request, byOperator: true).Should().BeEmpty();
        Placement.Check(request, byOperator: false).Should().HaveCount(2);
    }
}
