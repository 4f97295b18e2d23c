namespace DaprShop.Contracts;

/// <summary>The Dapr app ids. A test compares them with <c>dapr.yaml</c>.</summary>
public static class Apps
{
    public const string Gateway = "gateway";
    public const string Orders = "orders";
    public const string Inventory = "inventory";
    public const string Payments = "payments";
    public const string History = "history";
}
