using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Payments.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DaprShop.Payments.Features;

/// <summary>History asks what became of an order's money. For sidecars only.</summary>
internal static class TellPayment
{
    public static void MapTellPayment(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/internal/orders/{id:guid}/payment", HandleAsync).ExcludeFromDescription();

    private static async Task<OrderPayment> HandleAsync(
        Guid id,
        PaymentsContext context,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        var outbox = await database.GetOutboxStateAsync([id.ToString()], cancellationToken);
        var payment = await context
            .Payments.AsNoTracking()
            .SingleOrDefaultAsync(p => p.OrderId == id, cancellationToken);
        return new OrderPayment(payment?.State.ToText(), payment?.Asks ?? 0, payment?.Reason, outbox);
    }
}
