namespace DaprShop.Orders.Bulk;

internal static partial class BulkLogging
{
    [LoggerMessage(
        LogLevel.Warning,
        "Bulk job {JobId}: the batch of {Count} rows from row {Row} failed and is retried row by row: {Cause}"
    )]
    public static partial void LogBatchFailed(this ILogger logger, Guid jobId, int row, int count, string cause);
}
