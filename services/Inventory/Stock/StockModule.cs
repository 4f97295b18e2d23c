using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Changes of stock: the command queue, the unit of work behind it, and the routes of orders and operators.
/// </summary>
internal static class StockModule
{
    public static IServiceCollection AddStock(this IServiceCollection services) =>
        services
            .AddSingleton<StockUnitOfWork>()
            .AddSingleton<StockCommandQueue>()
            .AddShopOptions<StockOptions>(StockOptions.Section)
            .AddSingleton(provider => provider.GetRequiredService<StockOptions>().ToPolicy())
            .AddGroupCommit<StockCommand, object, StockUnitOfWork>(
                unitOfWork => unitOfWork.CommitAsync,
                StockUnitOfWork.GroupLimit
            )
            .AddGroupCommit<KeyedCommand, object, StockUnitOfWork>(
                unitOfWork => unitOfWork.CommitAsync,
                StockUnitOfWork.GroupLimit,
                StockUnitOfWork.ArrivalGroups
            )
            .AddSingleton<NewOffers>()
            .AddSingleton<BackordersFilledSignal>()
            .AddInvocationClient(Apps.Orders)
            .AddHostedService<QueueReviewer>()
            .AddHostedService<BackorderNotifier>();

    public static void MapStock(this IEndpointRouteBuilder routes)
    {
        // Called by other services through their sidecars. The gateway does not route them.
        routes.MapPost("/reservations", ReserveOrders.HandleAsync).ExcludeFromDescription();
        routes.MapPost("/reservations/release", ReserveOrders.ReleaseAsync).ExcludeFromDescription();
        routes.MapPost("/reservations/release-units", ReleaseUnits.HandleAsync).ExcludeFromDescription();
        routes.MapPost("/reservations/ship", ShipReservedUnits.HandleAsync).ExcludeFromDescription();
        routes.MapPost("/reservations/return", ReturnUnits.HandleAsync).ExcludeFromDescription();
        routes.MapGet("/internal/orders/{id:guid}/claims", GetOrderClaims.HandleAsync).ExcludeFromDescription();

        routes
            .MapGet("/ops/shortages", ListShortages.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("List where promised units are missing, and whose")
            .WithTags("Operations");

        var stock = routes.MapGroup("/stock").RequireAuthorization(Identity.Operator).WithTags("Stock");
        stock
            .MapPost("/{sku}/receipts", BookStock.ReceiveAsync)
            .WithSummary("Book received units")
            .Produces<StockResponses.BookingResponse>();
        stock
            .MapPost("/{sku}/adjustments", BookStock.AdjustAsync)
            .WithSummary("Correct on-hand, with a reason")
            .Produces<StockResponses.BookingResponse>();
        stock
            .MapPost("/allocations/moves", MoveAllocation.HandleAsync)
            .WithSummary("Move allocated units of an order to another location")
            .Produces<StockResponses.BookingResponse>();
        stock
            .MapPost("/returns", BookStock.ReturnAsync)
            .WithSummary("Book returned units without an order")
            .Produces<StockResponses.BookingResponse>();
        stock
            .MapPost("/{sku}/counts", CountStock.HandleAsync)
            .WithSummary("Set on-hand to the counted units")
            .Produces<StockResponses.CountResponse>();
        stock
            .MapPost("/{sku}/withholdings", WithholdStock.HandleAsync)
            .WithSummary("Withhold units from sale, or return them to sale")
            .Produces<StockResponses.BookingResponse>();
    }
}
