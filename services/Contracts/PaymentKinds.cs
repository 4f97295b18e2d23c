namespace DaprShop.Contracts;

/// <summary>Values of <see cref="PaymentRecorded.Kind"/>.</summary>
public static class PaymentKinds
{
    /// <summary>The provider captured the money.</summary>
    public const string Captured = "captured";

    /// <summary>
    /// The provider authorised the money, for the first time or again; it is captured when units are shipped.
    /// </summary>
    public const string Authorised = "authorised";

    /// <summary>What was authorised and not captured was given back to the customer's card.</summary>
    public const string Voided = "voided";

    /// <summary>The authorisation ended before all money was captured, and could not be renewed.</summary>
    public const string Lapsed = "lapsed";

    /// <summary>The provider declined the charge permanently.</summary>
    public const string Declined = "declined";

    /// <summary>The order was refunded before the provider captured anything: nothing was charged.</summary>
    public const string Refused = "refused";

    /// <summary>All captured money that had not been refunded yet was refunded.</summary>
    public const string Refunded = "refunded";

    /// <summary>Part of the captured money was refunded.</summary>
    public const string PartlyRefunded = "partly_refunded";

    /// <summary>Money was paid out without an order.</summary>
    public const string Credited = "credited";
}
