using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Stock;

/// <summary>Changes of stock: the command queue, the unit of work behind it, and the routes of orders and operators.</summary>
internal static class StockModule
{
    public static IServiceCollection AddStock(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddSingleton<StockUnitOfWork>()
            .AddSingleton<StockCommandQueue>()
            .AddSingleton(StockPolicies.From(configuration))
            .AddGroupCommit<StockCommand, object, StockUnitOfWork>(
                unitOfWork => unitOfWork.CommitAsync,
                StockUnitOfWork.GroupLimit
            )
            .AddSingleton<NewOffers>()
            .AddSingleton<BackordersFilledSignal>()
            .AddInvocationClient(Apps.Orders)
            .AddHostedService<BackorderNotifier>();

    public static void MapStock(this IEndpointRouteBuilder routes)
    {
        // For sidecars only.
        routes.MapPost("/reservations", ReserveStock.HandleAsync).ExcludeFromDescription();
        routes.MapPost("/reservations/release", ReserveStock.ReleaseAsync).ExcludeFromDescription();
        routes.MapPost("/reservations/ship", ShipOrder.HandleAsync).ExcludeFromDescription();
        routes.MapPost("/reservations/take-back", ReturnUnits.HandleAsync).ExcludeFromDescription();
        routes.MapGet("/internal/orders/{id:guid}/claims", GetOrderClaims.HandleAsync).ExcludeFromDescription();

        var stock = routes.MapGroup("/stock").RequireAuthorization(Identity.Operator).WithTags("Stock");
        stock
            .MapPost("/{sku}/receipts", BookStock.ReceiveAsync)
            .WithSummary("Book units that arrived")
            .Produces<StockResponses.Booked>();
        stock
            .MapPost("/{sku}/adjustments", BookStock.AdjustAsync)
            .WithSummary("Correct on-hand, with a reason")
            .Produces<StockResponses.Booked>();
        stock
            .MapPost("/returns", BookStock.ReturnAsync)
            .WithSummary("Book units that came back without an order")
            .Produces<StockResponses.Booked>();
        stock
            .MapPost("/{sku}/counts", CountStock.HandleAsync)
            .WithSummary("Set on-hand to what was counted")
            .Produces<StockResponses.Counted>();
        stock
            .MapPost("/{sku}/withholdings", WithholdStock.HandleAsync)
            .WithSummary("Set units aside, or put them back for sale")
            .Produces<StockResponses.Booked>();
    }
}
