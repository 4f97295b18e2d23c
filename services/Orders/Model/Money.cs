namespace DaprShop.Orders.Model;

internal static class Money
{
    /// <summary>
    /// The same amount without trailing zeros, so that a response is equal before and after the database.
    /// </summary>
    public static decimal Normalize(decimal amount) => amount / 1.000000000000000000000000000m;
}
