using DaprShop.Contracts;
using DaprShop.Payments.Data;
using DaprShop.Payments.Domain;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Payments.Features;

/// <summary>
/// <c>POST /payments/{orderId}/captures</c>: the provider says that it has captured an order's money, however late. For an order that is over it goes
/// back at once. Saying it again changes nothing. (The provider is simulated; an operator speaks for it.)
/// </summary>
internal static class NoticeCapture
{
    public static void MapNoticeCapture(this IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/payments/{orderId:guid}/captures", HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithName("NoticeCapture")
            .WithTags("Payments")
            .WithSummary("The provider's notice that it has captured an order's money.");

    private static async Task<Results<Ok<Noticed>, ProblemHttpResult>> HandleAsync(
        Guid orderId,
        PaymentStore payments,
        PaymentsContext context,
        CancellationToken cancellationToken
    )
    {
        if (!await context.Payments.AnyAsync(p => p.OrderId == orderId && p.Asks > 0, cancellationToken))
            return Problems.NotFound($"payment of order {orderId} that the provider was asked for");
        var decided = await payments.DecideAsync([Payment.Unknown(orderId, 0, "")], Charging.Notice, cancellationToken);
        return TypedResults.Ok(new Noticed(orderId, decided[orderId].State));
    }

    /// <summary>What became of the payment: captured, or refunded where it came too late.</summary>
    internal sealed record Noticed(Guid OrderId, ChargeState State);
}
