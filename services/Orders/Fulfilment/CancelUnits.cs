using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Placing;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Fulfilment;

/// <summary>
/// <c>POST /orders/{id}/cancellations</c>: the customer or an operator cancels units that have not left. They are taken
/// off the order at once; their release and their refund are executed by the worker where a service does not answer.
/// Where nothing would be left of the order, it is cancelled itself.
/// </summary>
internal static class CancelUnits
{
    /// <param name="Lines">
    /// The units, by the number of their line (line), or by their SKU where it makes no difference; null: all that have
    /// not left.
    /// </param>
    internal sealed record CancellationRequest(IReadOnlyList<NamedUnits>? Lines = null, string? Reason = null);

    /// <param name="Number">Counts the cancellations of the order, from 1.</param>
    /// <param name="State">
    /// requested: the units are off the order, their release and refund are being processed; order_cancelled: nothing was
    /// left of the order, which was cancelled itself. A list of the cancellations also has: settled.
    /// </param>
    /// <param name="Refund">GBP; 0 where the order was not paid, or is refunded as a whole.</param>
    internal sealed record RequestedCancellation(
        Guid Id,
        Guid OrderId,
        int Number,
        string State,
        IReadOnlyList<LineQuantity> Lines,
        decimal Refund,
        string? Reason
    );

    public static async Task<Results<Accepted<RequestedCancellation>, ProblemHttpResult>> HandleAsync(
        Guid id,
        CancellationRequest request,
        IdempotencyKey key,
        CancellationStore cancellations,
        FulfilmentWorker worker,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var errors = request.Lines is { } lines ? NamedUnits.Check(lines) : [];
        if (request.Reason is { Length: 0 or > OrderValidationRules.MaxTextLength })
            errors.Add(new("/reason", $"Must have 1 to {OrderValidationRules.MaxTextLength} characters."));
        if (errors.Count > 0)
            return Problems.Invalid(errors);

        var (cancellation, replayed) = await cancellations.RequestAsync(
            id,
            context.User.IsOperator() ? null : context.Name(),
            request.Lines,
            request.Reason,
            context.Name(),
            key.Value,
            IdempotencyKey.Fingerprint(context, request),
            cancellationToken
        );
        if (replayed)
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        else if (cancellation.State == CancellationStates.Requested)
            await worker.TryAsync(cancellation.Id);
        return TypedResults.Accepted(
            $"/orders/{id}/cancellations",
            new RequestedCancellation(
                cancellation.Id,
                id,
                cancellation.Number,
                cancellation.State,
                cancellation.Lines,
                Money.Normalize(cancellation.Amount),
                cancellation.Reason
            )
        );
    }
}
