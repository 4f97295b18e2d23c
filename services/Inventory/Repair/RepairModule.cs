using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Repair;

/// <summary>Puts right what should never be: drift between ledger, levels and claims.</summary>
internal static class RepairModule
{
    public static void MapRepair(this IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/ops/stock/repair", RepairStock.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Heal drift between ledger, stock levels and claims")
            .WithTags("Operations")
            .Produces<StockResponses.Repaired>();
}
