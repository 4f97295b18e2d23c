using DaprShop.Contracts;

namespace DaprShop.History.Timelines;

/// <summary>
/// Types of timeline entries that a rule names. The others are made of a kind or a status: <c>stock.allocated</c>.
/// </summary>
internal static class EntryTypes
{
    public const string OrderAccepted = "order.accepted";
    public const string OrderStatusChanged = "order.status_changed";
    public const string StockRefused = "stock.refused";
    public const string StockShortfall = "stock.shortfall";
    public const string BackorderFilled = "backorder.filled";
    public const string BackorderPromised = "backorder.promised";
    public const string WaitlistOffered = "waitlist.offered";
    public const string PaymentCaptured = $"payment.{PaymentKinds.Captured}";
    public const string PaymentAuthorised = $"payment.{PaymentKinds.Authorised}";
    public const string PaymentVoided = $"payment.{PaymentKinds.Voided}";
    public const string PaymentLapsed = $"payment.{PaymentKinds.Lapsed}";
    public const string PaymentDeclined = $"payment.{PaymentKinds.Declined}";
    public const string PaymentRefused = $"payment.{PaymentKinds.Refused}";
    public const string PaymentRefunded = $"payment.{PaymentKinds.Refunded}";
    public const string PaymentPartlyRefunded = $"payment.{PaymentKinds.PartlyRefunded}";
}
