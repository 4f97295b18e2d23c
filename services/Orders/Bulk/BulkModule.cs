using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Bulk;

/// <summary>Bulk: files of orders, accepted batch by batch.</summary>
internal static class BulkModule
{
    public static IServiceCollection AddBulk(this IServiceCollection services) =>
        services
            .AddSingleton<BulkStore>()
            .AddSingleton<BulkQueue>()
            .AddSingleton<BulkSignal>()
            .AddSingleton<BulkBatchProcessor>()
            .AddHostedService<BulkWorker>();

    public static IEndpointRouteBuilder MapBulk(this IEndpointRouteBuilder routes)
    {
        var jobs = routes.MapGroup("/bulk-orders").RequireAuthorization(Identity.Customer).WithTags("Bulk orders");
        jobs.MapPost("", OpenBulkOrders.HandleAsync)
            .WithSummary("Hand in a file of orders")
            .AddOpenApiOperationTransformer(BulkFileDescription.AddAsync);
        jobs.MapGet("", ListBulkOrders.HandleAsync).WithSummary("Bulk jobs, newest first, page by page");
        jobs.MapGet("/{id:guid}", GetBulkJob.HandleAsync).WithSummary("How far a bulk job is");
        jobs.MapGet("/{id:guid}/errors", GetBulkErrors.HandleAsync)
            .WithSummary("What is wrong with rows of a bulk job, page by page");
        jobs.MapPost("/{id:guid}/pause", PauseBulkOrders.PauseAsync)
            .WithSummary("Accept no more of a bulk job for now");
        jobs.MapPost("/{id:guid}/resume", PauseBulkOrders.ResumeAsync).WithSummary("Go on with a bulk job");

        // The gateway's alone.
        jobs.MapPost("/{id:guid}/rows", ReceiveBulkRows.RowsAsync).ExcludeFromDescription();
        jobs.MapPost("/{id:guid}/end", ReceiveBulkRows.EndAsync).ExcludeFromDescription();

        routes
            .MapPost("/bulk-orders/{id:guid}/rows/{row:int}/retry", RetryBulkRow.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Try a parked row again")
            .WithTags("Bulk orders");
        return routes;
    }
}
