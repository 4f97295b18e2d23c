using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Bulk;

/// <summary>Bulk: files of orders, accepted batch by batch.</summary>
internal static class BulkModule
{
    public static IServiceCollection AddBulk(this IServiceCollection services) =>
        services
            .AddShopOptions<BulkOptions>(BulkOptions.Section)
            .AddSingleton<BulkStore>()
            .AddSingleton<BulkQueue>()
            .AddSingleton<BulkSignal>()
            .AddSingleton<BulkBatchProcessor>()
            .AddHostedService<BulkWorker>();

    public static IEndpointRouteBuilder MapBulk(this IEndpointRouteBuilder routes)
    {
        var jobs = routes.MapGroup("/bulk-orders").RequireAuthorization(Identity.Customer).WithTags("Bulk orders");
        jobs.MapPost("", OpenBulkOrders.HandleAsync)
            .WithSummary("Upload a file of orders")
            .AddOpenApiOperationTransformer(BulkFileDescription.AddAsync);
        jobs.MapGet("", ListBulkOrders.HandleAsync).WithSummary("List bulk jobs, newest first");
        jobs.MapGet("/{id:guid}", GetBulkJob.HandleAsync).WithSummary("Get a bulk job's progress");
        jobs.MapGet("/{id:guid}/errors", GetBulkErrors.HandleAsync).WithSummary("List the row errors of a bulk job");
        jobs.MapPost("/{id:guid}/pause", PauseBulkOrders.PauseAsync).WithSummary("Pause a bulk job");
        jobs.MapPost("/{id:guid}/resume", PauseBulkOrders.ResumeAsync).WithSummary("Resume a bulk job");
        jobs.MapPost("/{id:guid}/abandon", AbandonBulkOrders.HandleAsync)
            .WithSummary("End a bulk job; the orders that it accepted stay");

        // Called by the gateway only.
        jobs.MapPost("/{id:guid}/rows", ReceiveBulkRows.RowsAsync).ExcludeFromDescription();
        jobs.MapPost("/{id:guid}/end", ReceiveBulkRows.EndAsync).ExcludeFromDescription();

        routes
            .MapPost("/bulk-orders/{id:guid}/rows/{row:int}/retry", RetryBulkRow.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Retry a parked row")
            .WithTags("Bulk orders");
        return routes;
    }
}
