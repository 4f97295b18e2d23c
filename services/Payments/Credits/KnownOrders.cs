using System.Net;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Payments.Credits;

/// <summary>Asks Orders for orders that Payments may not know yet.</summary>
internal sealed class KnownOrders(ServiceInvoker services)
{
    /// <summary>True where <paramref name="reference"/> is the id of an order.</summary>
    /// <exception cref="HttpRequestException">Orders does not answer.</exception>
    public async Task<bool> ContainsAsync(string reference, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(reference, out var order))
            return false;
        try
        {
            await services.GetAsync<OrderState>(Apps.Orders, $"internal/orders/{order}/state", cancellationToken);
            return true;
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }
}
