using DaprShop.Contracts;

namespace DaprShop.Payments.Model;

/// <summary>Names of <see cref="ChargeState"/> in the database and in answers.</summary>
internal static class ChargeStates
{
    public static string Name(this ChargeState state) => state.ToString().ToLowerInvariant();

    /// <exception cref="ArgumentException">No state has this name.</exception>
    public static ChargeState Parse(string name) => Enum.Parse<ChargeState>(name, ignoreCase: true);
}
