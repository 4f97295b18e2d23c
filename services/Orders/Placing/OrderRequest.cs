using System.Text.Json.Serialization;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Placing;

/// <summary>The body of <c>POST /orders</c>.</summary>
/// <param name="Customer">The owner of the order; only an operator may name another user. Null: the caller.</param>
/// <param name="OnShortage">
/// When stock does not cover the order: <c>reject</c> it; <c>backorder</c>: reserve what is available and wait for the
/// rest; <c>partial</c>: reserve what is available and go without the rest; <c>ask</c> the customer.
/// </param>
/// <param name="Hold">The customer's hold on stock, or a waitlist offer, that the order uses up.</param>
internal sealed record OrderRequest(
    IReadOnlyList<RequestedLine> Lines,
    RequestedPayment Payment,
    string OnShortage = ShortagePolicies.Reject,
    string? Customer = null,
    Guid? Hold = null
)
{
    /// <summary>
    /// Equal for equal orders of one caller, whether they are sent alone, with others or in a file: a key used on one
    /// of these ways is known on the others.
    /// </summary>
    public byte[] Fingerprint(string caller) =>
        RequestFingerprint.Of(caller, "place-order", Customer == caller ? this with { Customer = null } : this);
}

/// <param name="UnitPrice">GBP; only an operator may set it. Without it the item's price applies.</param>
internal sealed record RequestedLine(string Sku, int Quantity, decimal? UnitPrice = null);

/// <param name="Token">The payment provider's token for the customer's means of payment.</param>
internal sealed record RequestedPayment(string Token);

/// <summary>A line of an order with the price at which it was accepted, in GBP per unit.</summary>
/// <param name="OnSale">False where the item is not on sale: only units that are held already may be ordered.</param>
/// <param name="Stocked">False where the item was a service when the order was accepted: no units are owed.</param>
internal sealed record PricedLine(
    string Sku,
    int Quantity,
    decimal UnitPrice,
    [property: JsonIgnore] bool Stocked = true,
    [property: JsonIgnore] bool OnSale = true
);
