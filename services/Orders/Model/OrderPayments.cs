namespace DaprShop.Orders.Model;

/// <summary>What is known of an order's payment where its status does not show it; null: nothing more.</summary>
internal static class OrderPayments
{
    /// <summary>Declined for good; the order is about to be rejected.</summary>
    public const string Declined = "declined";

    /// <summary>Authorised: each shipment captures its share before the units leave.</summary>
    public const string Authorised = "authorised";

    /// <summary>The money for a shipment could not be captured. Another shipment tries again.</summary>
    public const string CaptureFailed = "capture_failed";

    /// <summary>The authorisation has ended and could not be renewed: nothing can be captured.</summary>
    public const string Lapsed = "lapsed";
}
