namespace DaprShop.Contracts;

/// <summary>The Dapr app ids. <c>dapr.yaml</c> names the same ones; a test fails where they disagree.</summary>
public static class Apps
{
    public const string Gateway = "gateway";
    public const string Orders = "orders";
    public const string Inventory = "inventory";
    public const string Payments = "payments";
    public const string History = "history";
}
