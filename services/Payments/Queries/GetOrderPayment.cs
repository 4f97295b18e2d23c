using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Payments.Model;
using Npgsql;

namespace DaprShop.Payments.Queries;

/// <summary>
/// <c>GET /internal/orders/{id}/payment</c>: an order's payment and the outbox, for History's explanation of the
/// order's status. For sidecars only.
/// </summary>
internal static class GetOrderPayment
{
    public static async Task<OrderPayment> HandleAsync(
        Guid id,
        PaymentReader payments,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        var outbox = await database.GetOutboxStateAsync([id.ToString()], cancellationToken);
        var payment = await payments.FindAsync(id, cancellationToken);
        return new OrderPayment(
            payment?.State.Name(),
            payment?.Calls.Where(c => c.Operation is CallNames.Charge or CallNames.Authorise).Sum(c => c.Attempts) ?? 0,
            payment?.Reason,
            outbox
        );
    }
}
