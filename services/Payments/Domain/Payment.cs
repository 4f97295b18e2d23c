using DaprShop.Contracts;

namespace DaprShop.Payments.Domain;

/// <summary>What the shop knows of an order's money. An order that was refunded before it was charged is a tombstone: nothing asked, no amount.</summary>
/// <param name="Asks">How often the provider was asked for a charge that it had not decided.</param>
/// <param name="Version">Number of facts told of it.</param>
/// <param name="Returned">GBP of a captured amount that were given back in parts.</param>
internal sealed record Payment(
    Guid OrderId,
    decimal Amount,
    string Token,
    ChargeState State,
    string? Reason,
    int Asks,
    int Version,
    decimal Returned = 0
)
{
    /// <summary>An order that nobody has mentioned before.</summary>
    public static Payment Unknown(Guid orderId, decimal amount, string token) =>
        new(orderId, amount, token, ChargeState.Pending, null, 0, 0);
}
