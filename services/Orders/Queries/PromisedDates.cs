using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Queries;

/// <summary>
/// Asks Inventory when the units that an order waits for are expected: it follows the deliveries that are announced, so
/// it is asked for where it is shown and kept nowhere else.
/// </summary>
internal sealed class PromisedDates(ServiceInvoker services, TimeProvider time)
{
    /// <summary>How long Inventory may take: callers also want to see the rest of the order while it is away.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>
    /// <c>Known</c> is false while Inventory does not answer, and once nothing is waited for; <c>At</c> is null where no
    /// date is known.
    /// </summary>
    public async Task<(bool Known, DateTimeOffset? At)> OfAsync(Guid order, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            var path = $"internal/orders/{order}/claims";
            var claims = await services.GetAsync<OrderClaims>(Apps.Inventory, path, either.Token);
            var dates = claims.Backorders.Select(b => b.PromisedAt).ToList();
            return (dates.Count > 0, dates.Contains(null) ? null : dates.Max());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, null);
        }
        catch (Exception e) when (TransientErrors.IsTransient(e) && !cancellationToken.IsCancellationRequested)
        {
            return (false, null);
        }
    }
}
