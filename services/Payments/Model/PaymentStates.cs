using DaprShop.Contracts;

namespace DaprShop.Payments.Model;

/// <summary>The state of an order's payment.</summary>
internal enum PaymentState
{
    /// <summary>Not asked yet, or asked without an answer yet.</summary>
    Pending,

    /// <summary>The money is captured.</summary>
    Captured,

    /// <summary>The money is authorised. Shipments capture their shares of it.</summary>
    Authorised,

    /// <summary>The authorisation ended before all was captured, and its renewal was declined.</summary>
    Lapsed,

    /// <summary>The provider declined the card.</summary>
    Declined,

    /// <summary>
    /// The order has ended. What the provider captured, or still captures, is refunded; no charge is asked for any more.
    /// </summary>
    Refunding,

    /// <summary>The order has ended and no money of it is left here. Final.</summary>
    Refunded,
}

/// <summary>Names of <see cref="PaymentState"/> in the database, and what Orders learns of them.</summary>
internal static class PaymentStates
{
    public static string Name(this PaymentState state) => state.ToString().ToLowerInvariant();

    /// <exception cref="ArgumentException">No state has this name.</exception>
    public static PaymentState Parse(string name) => Enum.Parse<PaymentState>(name, ignoreCase: true);

    /// <summary>The state as Orders sees it: a charge of an order that has ended is refused at once.</summary>
    public static ChargeState ToChargeState(this PaymentState state) =>
        state switch
        {
            PaymentState.Pending => ChargeState.Pending,
            PaymentState.Captured => ChargeState.Captured,
            PaymentState.Authorised => ChargeState.Authorised,
            PaymentState.Declined or PaymentState.Lapsed => ChargeState.Declined,
            _ => ChargeState.Refunded,
        };
}
