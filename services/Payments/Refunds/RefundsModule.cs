namespace DaprShop.Payments.Refunds;

/// <summary>Refunds orders, wholly or in part.</summary>
internal static class RefundsModule
{
    public static void MapRefunds(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/refunds", RefundOrders.HandleAsync).ExcludeFromDescription();
        routes.MapPost("/refunds/parts", RefundPart.HandleAsync).ExcludeFromDescription();
    }
}
