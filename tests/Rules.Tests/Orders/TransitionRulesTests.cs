using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Rules.Tests.Orders;

/// <summary>The legal status changes.</summary>
public sealed class TransitionRulesTests
{
    [Fact]
    public void No_transition_leaves_a_final_status()
    {
        foreach (var status in Enum.GetValues<OrderStatus>().Where(TransitionRules.IsFinal))
            TransitionRules.All.Should().NotContain(t => t.From == status);
    }

    [Fact]
    public void Every_status_can_be_reached_and_has_a_name_that_reads_back()
    {
        foreach (var status in Enum.GetValues<OrderStatus>())
        {
            OrderStatuses.Parse(status.Name()).Should().Be(status);
            if (status != OrderStatus.Accepted)
                TransitionRules.Into(status).Should().NotBeEmpty();
        }
    }

    [Fact]
    public void Only_an_operator_another_card_or_a_lapse_moves_an_order_backwards_and_a_paid_order_is_refunded_or_delivered()
    {
        var order = new[]
        {
            OrderStatus.Accepted,
            OrderStatus.AwaitingCustomer,
            OrderStatus.Backordered,
            OrderStatus.Reserved,
            OrderStatus.AwaitingPayment,
            OrderStatus.Paid,
            OrderStatus.Confirmed,
            OrderStatus.Shipped,
            OrderStatus.Delivered,
        };
        foreach (
            var (from, to) in TransitionRules.All.Where(t =>
                t.From != OrderStatus.NeedsAttention
                && order.Contains(t.To)
                && t != (OrderStatus.AwaitingPayment, OrderStatus.Reserved)
                && t != (OrderStatus.Confirmed, OrderStatus.AwaitingPayment)
            )
        )
            Array.IndexOf(order, to).Should().BeGreaterThan(Array.IndexOf(order, from), $"{from} came before {to}");
        TransitionRules
            .Into(OrderStatus.Rejected)
            .Should()
            .Equal(OrderStatus.Accepted, OrderStatus.Reserved, OrderStatus.AwaitingPayment, OrderStatus.NeedsAttention);
        TransitionRules
            .Into(OrderStatus.Cancelled)
            .Should()
            .Equal(
                OrderStatus.Accepted,
                OrderStatus.Backordered,
                OrderStatus.AwaitingCustomer,
                OrderStatus.Reserved,
                OrderStatus.AwaitingPayment,
                OrderStatus.Paid,
                OrderStatus.Confirmed,
                OrderStatus.NeedsAttention
            );
    }

    [Fact]
    public void The_names_in_SQL_are_those_of_the_statuses() =>
        typeof(OrderStatusNames)
            .GetFields()
            .Select(field => (field.Name, (string)field.GetRawConstantValue()!))
            .Should()
            .Equal(Enum.GetValues<OrderStatus>().Select(status => (status.ToString(), status.Name())));

    [Fact]
    public void An_order_that_ended_without_delivery_is_final() =>
        Enum.GetValues<OrderStatus>()
            .Where(TransitionRules.IsFinal)
            .Should()
            .Equal(OrderStatus.Rejected, OrderStatus.Cancelled, OrderStatus.Expired);
}
