using DaprShop.Contracts;
using DaprShop.Payments.Data;
using DaprShop.Payments.Domain;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Payments.Features;

/// <summary><c>POST /charges</c>: Orders asks for the money of a batch. Asking again answers again, and takes nothing twice.</summary>
internal static class ChargeOrders
{
    /// <summary>Orders per request, at most.</summary>
    public const int MaxOrders = 500;

    public static void MapChargeOrders(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/charges", HandleAsync).ExcludeFromDescription();

    private static async Task<Results<Ok<ChargeResponse>, ProblemHttpResult>> HandleAsync(
        ChargeRequest request,
        PaymentStore payments,
        CancellationToken cancellationToken
    )
    {
        if (Complaints(request) is { Count: > 0 } complaints)
            return Problems.Invalid(complaints);
        var mentioned = request
            .Orders.DistinctBy(o => o.OrderId)
            .Select(o => Payment.Unknown(o.OrderId, o.Amount, o.Token))
            .ToList();
        var decided = await payments.DecideAsync(mentioned, Charging.Charge, cancellationToken);
        return TypedResults.Ok(
            new ChargeResponse([
                .. request
                    .Orders.Select(o => decided[o.OrderId])
                    .Select(p => new ChargeOutcome(p.OrderId, p.State, p.Reason)),
            ])
        );
    }

    private static List<ValidationError> Complaints(ChargeRequest request)
    {
        var complaints = new List<ValidationError>();
        if (request.Orders.Count > MaxOrders)
            complaints.Add(new ValidationError("/orders", $"at most {MaxOrders} orders are charged at once."));
        for (var i = 0; i < request.Orders.Count; i++)
        {
            if (request.Orders[i].Amount < 0)
                complaints.Add(new ValidationError($"/orders/{i}/amount", "must not be negative."));
        }

        return complaints;
    }
}
