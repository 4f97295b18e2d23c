using System.Net;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Placing;

/// <summary>
/// Claims the hold that an order names before the order is accepted: what is promised with the 202 stands until the
/// order's saga has used it.
/// </summary>
internal sealed class HoldClaims(ServiceInvoker services, TimeProvider time)
{
    /// <summary>Claims the hold, once per request: a repetition of the request gets the same answer.</summary>
    public async Task<HoldClaim> ClaimAsync(
        Guid hold,
        string? customer,
        string request,
        bool offerOnly,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return new HoldClaim(
                await services.PostAsync<ClaimHoldRequest, ClaimedHold>(
                    Apps.Inventory,
                    $"internal/holds/{hold}/claim",
                    new ClaimHoldRequest(Guid.CreateVersion7(time.GetUtcNow()), customer, request, offerOnly),
                    cancellationToken
                ),
                null
            );
        }
        catch (HttpRequestException e) when (e.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            return new HoldClaim(null, e.StatusCode);
        }
    }

    /// <summary>
    /// The order with its hold claimed: it gets the id that the hold is claimed for. An order without a hold is returned
    /// as it is.
    /// </summary>
    public async Task<(AcceptOrder Order, ValidationError? Error)> ClaimAsync(
        AcceptOrder order,
        CancellationToken cancellationToken
    )
    {
        if (order.HoldId is not { } id)
            return (order, null);
        var claim = await ClaimAsync(id, order.Customer, $"{order.Caller}:{order.Key}", false, cancellationToken);
        if (
            claim.Hold is { } held
            && order.Lines.FirstOrDefault(l => !l.OnSale && held.Lines.All(h => h.Sku != l.Sku)) is { } line
        )
            return (order, new ValidationError("/hold", OrderPricingRules.NotOnSale(line.Sku)));
        return claim.Hold is { } hold
            ? (OrderPricingRules.WithHold(order, hold), null)
            : (
                order,
                new ValidationError(
                    "/hold",
                    claim.Refused == HttpStatusCode.NotFound
                        ? $"There is no hold '{id}' of the order's customer."
                        : $"The hold '{id}' has ended. Order without it, or hold the units again with POST /holds."
                )
            );
    }
}

/// <summary>The claimed hold, or the status with which the claim was refused: 404 or 409.</summary>
internal sealed record HoldClaim(ClaimedHold? Hold, HttpStatusCode? Refused);
