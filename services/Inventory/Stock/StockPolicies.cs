using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>Reads the policy from the configuration: <c>Stock:Sourcing</c> (Priority or FewestShipments) and <c>Stock:OfferMinutes</c>.</summary>
internal static class StockPolicies
{
    private const string SourcingKey = "Stock:Sourcing";
    private const string OfferKey = "Stock:OfferMinutes";
    private const double MostMinutes = 7 * 24 * 60;

    /// <exception cref="InvalidOperationException">A value makes no sense; the message says which, and what is allowed.</exception>
    public static StockPolicy From(IConfiguration configuration)
    {
        var sourcing = configuration[SourcingKey] ?? nameof(SourcingStrategy.Priority);
        if (!Enum.GetNames<SourcingStrategy>().Contains(sourcing, StringComparer.OrdinalIgnoreCase))
            throw new InvalidOperationException(
                $"{SourcingKey} is '{sourcing}'; it is one of {string.Join(", ", Enum.GetNames<SourcingStrategy>())}."
            );
        var offer = configuration[OfferKey] ?? "15";
        if (
            !double.TryParse(offer, System.Globalization.CultureInfo.InvariantCulture, out var minutes)
            || !(minutes is > 0 and <= MostMinutes)
        )
            throw new InvalidOperationException(
                $"{OfferKey} is '{offer}'; it is a number of minutes, more than 0 and at most {MostMinutes}."
            );
        return new StockPolicy(Enum.Parse<SourcingStrategy>(sourcing, ignoreCase: true), TimeSpan.FromMinutes(minutes));
    }
}
