using DaprShop.Contracts;

namespace DaprShop.Orders.Model;

/// <summary>The names of what is to happen where stock does not cover an order.</summary>
internal static class ShortagePolicies
{
    public const string Reject = "reject";
    public const string Backorder = "backorder";
    public const string Partial = "partial";
    public const string Ask = "ask";

    public static readonly string[] Names = [Reject, Backorder, Partial, Ask];

    public static ShortagePolicy Parse(string name) => Enum.Parse<ShortagePolicy>(name, ignoreCase: true);
}
