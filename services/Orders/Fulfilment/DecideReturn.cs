using DaprShop.Contracts;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Fulfilment;

/// <summary>
/// <c>POST /returns/{id}/decision</c>: what becomes of the units that came back: sold again, set aside as damaged, thrown away, or refused.
/// What is not refused is refunded. The same decision again changes nothing.
/// </summary>
internal static class DecideReturn
{
    /// <param name="Lines">Each unit that was to come back, once.</param>
    /// <param name="Location">Where they came back to; null: the default.</param>
    internal sealed record Request(IReadOnlyList<DecidedUnits> Lines, string? Location = null);

    /// <param name="Refund">GBP.</param>
    internal sealed record Decided(Guid Id, decimal Refund);

    public static async Task<Results<Ok<Decided>, ProblemHttpResult>> HandleAsync(
        Guid id,
        Request request,
        ReturnStore returns,
        FulfilmentWorker errands,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (request.Location is { Length: 0 or > ItemNames.MaxLength })
            return Problems.Invalid([new("/location", $"A location has 1 to {ItemNames.MaxLength} characters.")]);
        var refund = await returns.DecideAsync(id, request.Lines, request.Location, context.Name(), cancellationToken);
        await errands.TryAsync(id);
        return TypedResults.Ok(new Decided(id, Money.Trim(refund)));
    }
}
