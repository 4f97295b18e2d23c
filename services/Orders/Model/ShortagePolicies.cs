using DaprShop.Contracts;

namespace DaprShop.Orders.Model;

/// <summary>The names of <see cref="ShortagePolicy"/> in requests and in the database.</summary>
internal static class ShortagePolicies
{
    public const string Reject = "reject";
    public const string Backorder = "backorder";
    public const string Partial = "partial";
    public const string Ask = "ask";

    public static readonly string[] Names = [Reject, Backorder, Partial, Ask];

    /// <exception cref="ArgumentException">No policy has this name.</exception>
    public static ShortagePolicy Parse(string name) => Enum.Parse<ShortagePolicy>(name, ignoreCase: true);
}
