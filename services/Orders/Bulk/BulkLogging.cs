namespace DaprShop.Orders.Bulk;

internal static partial class BulkLogging
{
    [LoggerMessage(
        LogLevel.Warning,
        "Bulk job {JobId}: the stretch of {Count} rows from row {Row} failed, and is tried row by row: {Cause}"
    )]
    public static partial void LogStretchFailed(this ILogger logger, Guid jobId, int row, int count, string cause);

    [LoggerMessage(LogLevel.Warning, "Bulk jobs were interrupted and go on: {Cause}")]
    public static partial void LogBulkInterrupted(this ILogger logger, string cause);
}
