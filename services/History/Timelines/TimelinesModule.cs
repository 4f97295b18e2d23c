using DaprShop.Messaging;
using DaprShop.ServiceDefaults;

namespace DaprShop.History.Timelines;

/// <summary>Timelines of orders, customers, SKUs and locations, made from the events of the other services.</summary>
internal static class TimelinesModule
{
    public static IServiceCollection AddTimelines(this IServiceCollection services) =>
        services
            .AddProjection<OrdersProjection>()
            .AddProjection<StockProjection>()
            .AddProjection<PaymentsProjection>()
            .AddSingleton<TimelineReader>()
            .AddSingleton<OrderEventsClient>();

    public static void MapTimelines(this IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/orders/{id:guid}/timeline", GetOrderTimeline.HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithName("GetOrderTimeline")
            .WithTags("History")
            .WithSummary("Get an order's timeline, oldest first");
        routes
            .MapGet("/timeline", GetCustomerTimeline.HandleOwnAsync)
            .RequireAuthorization(Identity.Customer)
            .WithName("GetTimeline")
            .WithTags("History")
            .WithSummary("Get the timeline of your orders, newest first");
        routes
            .MapGet("/customers/{customer}/timeline", GetCustomerTimeline.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithName("GetCustomerTimeline")
            .WithTags("History")
            .WithSummary("Get the timeline of a customer's orders, newest first");
        routes
            .MapGet("/stock/{sku}/timeline", GetStockTimeline.HandleSkuAsync)
            .RequireAuthorization(Identity.Operator)
            .WithName("GetStockTimeline")
            .WithTags("History")
            .WithSummary("List a SKU's movements, newest first, filtered by location, kind or time");
        routes
            .MapGet("/locations/{location}/timeline", GetStockTimeline.HandleLocationAsync)
            .RequireAuthorization(Identity.Operator)
            .WithName("GetLocationTimeline")
            .WithTags("History")
            .WithSummary("List a location's movements, newest first, filtered by kind or time");
    }
}
