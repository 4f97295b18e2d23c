using DaprShop.Contracts;
using DaprShop.Payments.Data;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Payments.Features;

/// <summary><c>GET /payments/{orderId}</c>: what became of an order's money, with the provider's own rows.</summary>
internal static class GetPayment
{
    public static void MapGetPayment(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/payments/{orderId:guid}", HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithName("GetPayment")
            .WithTags("Payments")
            .WithSummary(
                "An order's payment, and the provider's ledger of its charge and whole refund; what went back in parts is summed."
            );

    private static async Task<Results<Ok<PaymentView>, ProblemHttpResult>> HandleAsync(
        Guid orderId,
        PaymentsContext context,
        CancellationToken cancellationToken
    )
    {
        var payment = await context
            .Payments.AsNoTracking()
            .SingleOrDefaultAsync(p => p.OrderId == orderId, cancellationToken);
        if (payment is null)
            return Problems.NotFound("payment");
        var ledger = await context
            .Ledger.AsNoTracking()
            .Where(l => l.Reference == orderId.ToString())
            .OrderBy(l => l.BookedAt)
            .ThenBy(l => l.Kind)
            .Select(l => new LedgerRow(l.Kind, l.Amount, l.BookedAt))
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(
            new PaymentView(
                payment.OrderId,
                payment.State,
                payment.Amount,
                payment.Reason,
                payment.Asks,
                payment.Version,
                payment.Returned,
                ledger
            )
        );
    }

    /// <summary>An order's payment; money in GBP. <paramref name="Returned"/> was given back in parts.</summary>
    internal sealed record PaymentView(
        Guid OrderId,
        ChargeState State,
        decimal Amount,
        string? Reason,
        int Asks,
        int Version,
        decimal Returned,
        IReadOnlyList<LedgerRow> Ledger
    );

    /// <summary>A row of the provider's ledger: charge or refund.</summary>
    internal sealed record LedgerRow(string Kind, decimal Amount, DateTimeOffset BookedAt);
}
