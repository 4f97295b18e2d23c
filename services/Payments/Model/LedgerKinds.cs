namespace DaprShop.Payments.Model;

/// <summary>Kinds of rows in the provider's ledger.</summary>
internal static class LedgerKinds
{
    public const string Charge = "charge";
    public const string Refund = "refund";

    /// <summary>
    /// A refund of part of an order's money; the row's reference is the return's id, not the order's.
    /// </summary>
    public const string PartRefund = "part_refund";

    /// <summary>Money paid out without an order; the row's reference is the operator's.</summary>
    public const string Credit = "credit";
}
