using Dapr.Workflow;
using DaprShop.Orders.Fulfilment;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Saga;

/// <summary>The saga: brings accepted orders to confirmed, or compensates them.</summary>
internal static class SagaModule
{
    public static IServiceCollection AddSaga(this IServiceCollection services)
    {
        services
            .AddShopOptions<SagaOptions>(SagaOptions.Section)
            .AddSingleton<BatchingControl>()
            .AddSingleton<SagaStore>()
            .AddSingleton<RetryStore>()
            .AddSingleton<DispatchSignal>()
            .AddSingleton<Dispatcher>()
            .AddHostedService(p => p.GetRequiredService<Dispatcher>())
            .AddHostedService<Watchdog>()
            .AddSingleton<IDaprWorkflowClient>(p => p.GetRequiredService<DaprWorkflowClient>());
        services.AddDaprWorkflow(); // Workflows and activities register themselves, by their type names.
        return services;
    }

    public static IEndpointRouteBuilder MapSaga(this IEndpointRouteBuilder routes)
    {
        var orders = routes.MapGroup("/orders/{id:guid}").RequireAuthorization(Identity.Customer).WithTags("Orders");
        orders.MapPost("/cancel", CancelOrder.HandleAsync).WithSummary("Cancel an order");
        orders
            .MapPost("/decision", DecideOrder.HandleAsync)
            .WithSummary("Decide about an order that stock does not cover");

        var operations = routes.MapGroup("/ops").RequireAuthorization(Identity.Operator).WithTags("Operations");
        operations
            .MapPost("/orders/{id:guid}/retry", RetryOrders.RetryAsync)
            .WithSummary("Retry an order that needs attention");
        operations
            .MapPost("/orders/retry", RetryOrders.RetryAllAsync)
            .WithSummary($"Retry the oldest orders that need attention, up to {RetryStore.MaxOrders} per request");
        operations.MapGet("/saga", ChangeBatching.Current).WithSummary("Get the saga's batching");
        operations.MapPut("/saga", ChangeBatching.Change).WithSummary("Change the saga's batching on this replica");

        routes.MapPost("/sagas/resume", ResumeOrders.HandleAsync).ExcludeFromDescription();
        return routes;
    }
}
