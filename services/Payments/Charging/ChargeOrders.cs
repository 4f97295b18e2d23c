using DaprShop.Contracts;
using DaprShop.Payments.Model;
using DaprShop.Payments.Provider;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Payments.Charging;

/// <summary>
/// <c>POST /charges</c>: Orders charges the orders of a batch. The response waits for the provider's answers for a
/// bounded time; orders without an answer by then are pending. A repeated request returns the current states and charges
/// nothing twice.
/// </summary>
internal static class ChargeOrders
{
    /// <summary>Orders per request, at most.</summary>
    public const int MaxOrders = 500;

    public static async Task<Results<Ok<ChargeResponse>, ProblemHttpResult>> HandleAsync(
        ChargeRequest request,
        PaymentStore store,
        ProviderCalls calls,
        ChargingOptions charging,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (Validate(request) is { Count: > 0 } errors)
            return Problems.Invalid(errors);
        var orders = request.Orders.DistinctBy(o => o.OrderId).ToDictionary(o => o.OrderId);
        var now = time.GetUtcNow();
        var decided = await store.DecideAsync(
            [.. orders.Values.Select(o => Payment.New(o.OrderId, o.Amount, o.Token))],
            p => ChargeRules.Charge(p, orders[p.OrderId].Attempt, now, charging.Authorises),
            cancellationToken
        );
        var answered = await calls.AskAsync(decided.Calls, cancellationToken);
        return TypedResults.Ok(
            new ChargeResponse([
                .. request
                    .Orders.Select(o => answered.GetValueOrDefault(o.OrderId) ?? decided.Payments[o.OrderId])
                    .Select(p => new ChargeOutcome(p.OrderId, p.State.ToChargeState(), p.Reason)),
            ])
        );
    }

    private static List<ValidationError> Validate(ChargeRequest request)
    {
        var errors = new List<ValidationError>();
        if (request.Orders.Count > MaxOrders)
            errors.Add(new ValidationError("/orders", $"Must not have more than {MaxOrders} entries."));
        for (var i = 0; i < request.Orders.Count; i++)
        {
            if (request.Orders[i].Amount < 0)
                errors.Add(new ValidationError($"/orders/{i}/amount", "Must not be negative."));
            if (request.Orders[i].Attempt < 1)
                errors.Add(new ValidationError($"/orders/{i}/attempt", "Must be at least 1."));
        }

        return errors;
    }
}
