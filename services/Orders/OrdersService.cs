using Dapr.Workflow;
using DaprShop.Messaging;
using DaprShop.Orders.Data;
using DaprShop.Orders.Features;
using DaprShop.Orders.Workflows;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders;

/// <summary>What Orders is made of.</summary>
internal static class OrdersService
{
    public static IServiceCollection AddAccepting(this IServiceCollection services) =>
        services
            .AddSingleton<Catalogue>()
            .AddSingleton<AcceptedOrders>()
            .AddSingleton<OrderTransitionReader>()
            .AddGroupCommit<AcceptOrder, Acceptance, AcceptedOrders>(
                orders => orders.CommitAsync,
                AcceptedOrders.GroupLimit
            );

    public static IServiceCollection AddBulk(this IServiceCollection services) =>
        services
            .AddSingleton<BulkStore>()
            .AddSingleton<BulkQueue>()
            .AddSingleton<BulkSignal>()
            .AddSingleton<BulkStretch>()
            .AddHostedService<BulkWorker>();

    public static IServiceCollection AddSaga(this IServiceCollection services)
    {
        services
            .AddSingleton(p => new SagaStore(
                p.GetRequiredService<NpgsqlDataSource>(),
                p.GetRequiredService<RelaySignal>(),
                p.GetRequiredService<TimeProvider>()
            )
            {
                DecideWithin = p.GetRequiredService<SagaSettings>().DecideWithin,
            })
            .AddSingleton<SagaSettings>()
            .AddSingleton<Downstream>()
            .AddSingleton<DispatchSignal>();
        services
            .AddSingleton<RetryStore>()
            .AddSingleton<ShipmentStore>()
            .AddSingleton<ReturnStore>()
            .AddSingleton<Errands>()
            .AddHostedService(p => p.GetRequiredService<Errands>());
        services.AddSingleton<Dispatcher>().AddHostedService(p => p.GetRequiredService<Dispatcher>());
        services.AddHostedService<Watchdog>();
        services.AddSingleton<IDaprWorkflowClient>(p => p.GetRequiredService<DaprWorkflowClient>());
        services.AddDaprWorkflow(options =>
        {
            options.RegisterWorkflow<FulfilOrders>();
            options.RegisterActivity<Workflows.ReserveStock>();
            options.RegisterActivity<ChargePayments>();
            options.RegisterActivity<SettleOrders>();
        });
        return services;
    }

    public static void MapOrders(this IEndpointRouteBuilder routes)
    {
        PlaceOrder.Map(routes);
        GetOrder.Map(routes);
        TellState.Map(routes);
        ListTransitions.Map(routes);
        CancelOrder.Map(routes);
        AcceptOffer.Map(routes);
        DecideOrder.Map(routes);
        RetryOrders.Map(routes);
        ListAttention.Map(routes);
        WakeOrders.Map(routes);
        ShipOrder.Map(routes);
        DeliverShipment.Map(routes);
        RequestReturn.Map(routes);
        DecideReturn.Map(routes);
        ListParcels.Map(routes);
        PlaceManyOrders.Map(routes);
        OpenBulkOrders.Map(routes);
        ReceiveBulkRows.Map(routes);
        GetBulkOrders.Map(routes);
        GetBulkErrors.Map(routes);
        SteerBulkOrders.Map(routes);
        Operations.Map(routes);
    }
}
