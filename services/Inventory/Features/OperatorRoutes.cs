namespace DaprShop.Inventory.Features;

/// <summary>What operators do with items and stock, and what they see of it.</summary>
internal static class OperatorRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        PutItem.Map(routes);
        BookStock.Map(routes);
        ShipOrder.Map(routes);
        TellClaims.Map(routes);
        TakeBackUnits.Map(routes);
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
