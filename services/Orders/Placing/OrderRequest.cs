using System.Security.Cryptography;
using System.Text.Json;
using DaprShop.Orders.Model;

namespace DaprShop.Orders.Placing;

/// <summary>What a caller asks for.</summary>
/// <param name="Customer">Whose order it is; only an operator may name somebody.</param>
/// <param name="OnShortage">What to do when stock does not cover it: <c>reject</c> it, <c>backorder</c>: take what is there and wait for the rest, <c>partial</c>: take what is there and do without the rest, or <c>ask</c> the customer.</param>
/// <param name="Hold">A hold of the customer's on stock, or a waitlist's offer, that the order uses up.</param>
internal sealed record OrderRequest(
    IReadOnlyList<RequestedLine> Lines,
    RequestedPayment Payment,
    string OnShortage = ShortagePolicies.Reject,
    string? Customer = null,
    Guid? Hold = null
)
{
    /// <summary>What another order of the same key must equal, where many are handed in at once.</summary>
    public byte[] Fingerprint() =>
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web));
}

/// <param name="UnitPrice">GBP; only an operator may name a price, everyone else pays the catalogue's.</param>
internal sealed record RequestedLine(string Sku, int Quantity, decimal? UnitPrice = null);

/// <param name="Token">The payment provider's token for the customer's means of payment.</param>
internal sealed record RequestedPayment(string Token);

/// <summary>A line of an order with the price it was accepted at, in GBP per unit.</summary>
internal sealed record PricedLine(string Sku, int Quantity, decimal UnitPrice);
