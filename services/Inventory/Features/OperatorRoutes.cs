namespace DaprShop.Inventory.Features;

/// <summary>What operators do with stock beyond booking it, and what they see of it.</summary>
internal static class OperatorRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        ListMovements.Map(routes);
        GetStockAsOf.Map(routes);
        CountStock.Map(routes);
        WithholdStock.Map(routes);
        AnnounceInbound.Map(routes);
        TransferStock.Map(routes);
        BookArrivals.Map(routes);
        EndInbound.Map(routes);
        GetInbounds.Map(routes);
        PutLocation.Map(routes);
        RepairStock.Map(routes);
    }
}
