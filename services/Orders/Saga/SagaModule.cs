using Dapr.Workflow;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Saga;

/// <summary>The saga: takes accepted orders to confirmed, or compensates them.</summary>
internal static class SagaModule
{
    public static IServiceCollection AddSaga(this IServiceCollection services)
    {
        services
            .AddSingleton(p => new SagaStore(
                p.GetRequiredService<NpgsqlDataSource>(),
                p.GetRequiredService<RelaySignal>(),
                p.GetRequiredService<TimeProvider>()
            )
            {
                DecideWithin = p.GetRequiredService<SagaOptions>().DecideWithin,
            })
            .AddSingleton<SagaOptions>()
            .AddSingleton<RetryStore>()
            .AddSingleton<Downstream>()
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
            .WithSummary("Hand an order that needed attention back to its saga");
        operations
            .MapPost("/orders/retry", RetryOrders.RetryAllAsync)
            .WithSummary(
                $"Hand all orders that need attention back to their sagas, {RetryStore.AtOnce} at a time: again, until none is left"
            );
        operations.MapGet("/saga", ChangeBatching.Current).WithSummary("How the saga batches");
        operations.MapPut("/saga", ChangeBatching.Change).WithSummary("Change how the saga batches, on this replica");

        routes.MapPost("/wake", ResumeOrders.HandleAsync).ExcludeFromDescription();
        return routes;
    }
}
