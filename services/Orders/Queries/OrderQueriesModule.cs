using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Queries;

/// <summary>Queries: what customers, operators and History read about orders.</summary>
internal static class OrderQueriesModule
{
    public static IServiceCollection AddQueries(this IServiceCollection services) =>
        services
            .AddSingleton<OrderTransitionReader>()
            .AddInvocationClient(Apps.History, timeout: ParkedMessages.Timeout)
            .AddSingleton<ParkedMessages>()
            .AddSingleton<PromisedDates>();

    public static IEndpointRouteBuilder MapQueries(this IEndpointRouteBuilder routes)
    {
        var orders = routes.MapGroup("/orders").RequireAuthorization(Identity.Customer).WithTags("Orders");
        orders
            .MapGet("", ListOrders.HandleAsync)
            .WithSummary("List orders, newest first, filtered by status, SKU, customer or time");
        orders.MapGet("/{id:guid}", GetOrder.HandleAsync).WithSummary("Get an order");
        orders
            .MapGet("/{id:guid}/transitions", ListTransitions.HandleAsync)
            .WithSummary("List an order's status changes after a version, oldest first");

        var operations = routes.MapGroup("/ops").RequireAuthorization(Identity.Operator).WithTags("Operations");
        operations
            .MapGet("/attention", ListAttention.HandleAsync)
            .WithSummary("List orders that need an operator, and jobs that have failed for five minutes");
        operations.MapGet("/backlog", GetBacklog.HandleAsync).WithSummary("Get the amount of unfinished work");
        operations
            .MapGet("/orders/summary", GetOrderSummary.HandleAsync)
            .WithSummary("Summarize orders by status, and what was sold");

        routes.MapGet("/internal/orders/{id:guid}/state", GetOrderState.HandleAsync).ExcludeFromDescription();
        routes.MapGet("/internal/orders/{id:guid}/events", ListOrderEvents.HandleAsync).ExcludeFromDescription();
        return routes;
    }
}
