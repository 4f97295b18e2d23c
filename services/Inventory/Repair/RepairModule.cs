using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Repair;

/// <summary>Repairs differences between ledger, levels and claims.</summary>
internal static class RepairModule
{
    public static void MapRepair(this IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/ops/stock/repair", RepairStock.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Repair differences between ledger, stock levels and claims")
            .WithTags("Operations")
            .Produces<StockResponses.RepairResponse>();
}
