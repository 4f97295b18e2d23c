using DaprShop.Inventory.Domain;

namespace DaprShop.Inventory.Data;

/// <summary>Reads the policy from the configuration: <c>Stock:Sourcing</c> (Priority or FewestShipments) and <c>Stock:OfferMinutes</c>.</summary>
internal static class StockPolicies
{
    public static StockPolicy From(IConfiguration configuration) => new(
        configuration.GetValue("Stock:Sourcing", SourcingStrategy.Priority), TimeSpan.FromMinutes(configuration.GetValue("Stock:OfferMinutes", 15d)));
}
