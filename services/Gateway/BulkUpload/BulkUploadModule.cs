using System.Net;
using DaprShop.Gateway.ServerSentEvents;
using DaprShop.Gateway.Sidecar;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Mvc;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace DaprShop.Gateway.BulkUpload;

/// <summary>Receives files of orders, passes them to Orders in batches, and streams a job's progress.</summary>
internal static class BulkUploadModule
{
    public static IServiceCollection AddBulkUpload(this IServiceCollection services) =>
        services
            .AddShopOptions<BulkUploadOptions>(BulkUploadOptions.Section)
            .AddSidecarClient(BulkOrdersClient.UploadClient, AddUploadPipeline)
            .AddSidecarClient(BulkOrdersClient.ProgressClient, BulkOrdersClient.AttemptTimeout)
            .AddSingleton<BulkOrdersClient>();

    public static void MapBulkUpload(this IEndpointRouteBuilder routes)
    {
        // Orders describes this route in its own OpenAPI document.
        routes
            .MapPost("/bulk-orders", UploadBulkOrders.HandleAsync)
            .WithMetadata(new DisableRequestSizeLimitAttribute())
            .RequireAuthorization(Identity.Customer)
            .ExcludeFromDescription();
        routes
            .MapGet("/bulk-orders/{id:guid}/events", StreamBulkProgress.HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .RequireRateLimiting(StreamLimitPolicy.Name)
            .WithTags("Bulk orders")
            .WithSummary("Stream a bulk job's progress as server-sent events")
            .WithDescription(
                "Each event contains the whole job. Its id is the job's version, which only increases; Last-Event-ID "
                    + "skips the versions up to it. The stream ends when the job is settled."
            );
    }

    // The requests of an upload are idempotent (they carry its Idempotency-Key), so a short outage only delays the
    // upload.
    private static void AddUploadPipeline(
        ResiliencePipelineBuilder<HttpResponseMessage> pipeline,
        IServiceProvider services
    )
    {
        var duration = services.GetRequiredService<BulkUploadOptions>().RetryDuration;
        var time = services.GetRequiredService<TimeProvider>();
        pipeline
            .AddRetry(
                new RetryStrategyOptions<HttpResponseMessage>
                {
                    MaxRetryAttempts = int.MaxValue,
                    BackoffType = DelayBackoffType.Exponential,
                    Delay = TimeSpan.FromMilliseconds(50),
                    MaxDelay = TimeSpan.FromSeconds(1),
                    UseJitter = true,
                    // No total timeout: it would cancel an attempt that Orders is still working on.
                    ShouldHandle = attempt =>
                        ValueTask.FromResult(
                            IsOutage(attempt.Outcome)
                                && time.GetElapsedTime(BulkOrdersClient.StartOf(attempt.Context)) < duration
                        ),
                }
            )
            .AddTimeout(BulkOrdersClient.AttemptTimeout);
    }

    private static bool IsOutage(Outcome<HttpResponseMessage> outcome) =>
        outcome.Exception is HttpRequestException or TimeoutRejectedException
        || outcome.Result is { StatusCode: >= HttpStatusCode.InternalServerError };
}
