namespace DaprShop.Orders.Saga;

internal static partial class SagaLogging
{
    [LoggerMessage(LogLevel.Warning, "Dispatching was interrupted and goes on: {Cause}")]
    public static partial void LogDispatchInterrupted(this ILogger logger, string cause);

    [LoggerMessage(LogLevel.Warning, "Batch {BatchId} could not be started yet: {Cause}")]
    public static partial void LogStartFailed(this ILogger logger, Guid batchId, string cause);

    [LoggerMessage(LogLevel.Error, "Batch {BatchId} could not be started; its orders go to another one")]
    public static partial void LogStartGivenUp(this ILogger logger, Guid batchId, Exception cause);

    [LoggerMessage(LogLevel.Warning, "Took {Count} orders from batches without progress for {StaleAfter}")]
    public static partial void LogFreed(this ILogger logger, int count, TimeSpan staleAfter);

    [LoggerMessage(LogLevel.Error, "{Count} orders need an operator's attention")]
    public static partial void LogGivenUp(this ILogger logger, int count);

    [LoggerMessage(LogLevel.Warning, "The watchdog was interrupted: {Cause}")]
    public static partial void LogWatchdogInterrupted(this ILogger logger, string cause);
}
