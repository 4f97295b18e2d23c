namespace DaprShop.Payments.Domain;

/// <summary>Kinds of rows in the provider's ledger, and of the facts told about a payment.</summary>
internal static class LedgerKind
{
    public const string Charge = "charge";
    public const string Refund = "refund";

    /// <summary>Of a part of an order's money; its reference is what it was given back for.</summary>
    public const string PartRefund = "part_refund";

    public const string Credit = "credit";
}

/// <summary>Kinds of <see cref="Contracts.PaymentRecorded"/>.</summary>
internal static class BookingKind
{
    public const string Captured = "captured";
    public const string Declined = "declined";
    public const string Refused = "refused";
    public const string Refunded = "refunded";
    public const string PartlyRefunded = "partly_refunded";
    public const string Credited = "credited";
}
