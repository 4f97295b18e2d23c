namespace DaprShop.Orders.Model;

internal static class Money
{
    /// <summary>The same amount without trailing zeros, so that an answer reads the same before and after the database.</summary>
    public static decimal Trim(decimal amount) => amount / 1.000000000000000000000000000m;
}
