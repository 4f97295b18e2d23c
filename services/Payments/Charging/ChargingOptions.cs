namespace DaprShop.Payments.Charging;

/// <summary>When an order's money is captured.</summary>
internal enum CaptureAt
{
    /// <summary>At once, when the order is charged.</summary>
    Order,

    /// <summary>The order's money is authorised; each shipment captures its share before the units leave.</summary>
    Shipment,
}

/// <summary>The settings of charging: section <c>Charging</c>.</summary>
internal sealed class ChargingOptions
{
    public const string Section = "Charging";

    /// <summary>When the money is captured; orders that are charged already keep what applied to them.</summary>
    public CaptureAt Capture { get; init; } = CaptureAt.Order;

    public bool Authorises => Capture == CaptureAt.Shipment;
}
