namespace DaprShop.Orders.Saga;

internal static partial class SagaLogging
{
    [LoggerMessage(LogLevel.Warning, "Starting the workflow of batch {BatchId} failed and is retried: {Cause}")]
    public static partial void LogStartFailed(this ILogger logger, Guid batchId, string cause);

    [LoggerMessage(
        LogLevel.Error,
        "The workflow of batch {BatchId} could not be started; the watchdog will requeue its orders"
    )]
    public static partial void LogStartGivenUp(this ILogger logger, Guid batchId, Exception cause);

    [LoggerMessage(LogLevel.Warning, "Requeued {Count} orders of batches without progress for {StaleAfter}")]
    public static partial void LogAbandoned(this ILogger logger, int count, TimeSpan staleAfter);

    [LoggerMessage(LogLevel.Error, "{Count} orders need an operator's attention")]
    public static partial void LogGivenUp(this ILogger logger, int count);
}
