namespace DaprShop.Inventory;

internal static partial class Logging
{
    [LoggerMessage(LogLevel.Warning, "The distributed cache does not answer and is not used for {Seconds} s: {Cause}")]
    public static partial void LogDistributedCachePaused(this ILogger logger, double seconds, string cause);

    [LoggerMessage(
        LogLevel.Warning,
        "Stock cannot be read from the database; cached stock is returned with its age: {Cause}"
    )]
    public static partial void LogReturningCachedStock(this ILogger logger, string cause);

    [LoggerMessage(LogLevel.Warning, "The read replica cannot be read; the primary is read instead: {Cause}")]
    public static partial void LogReplicaUnavailable(this ILogger logger, string cause);

    [LoggerMessage(
        LogLevel.Error,
        "The hold {Hold} has expired but cannot be released; POST /ops/stock/repair repairs its SKUs: {Cause}"
    )]
    public static partial void LogHoldNotReleased(this ILogger logger, Guid hold, string cause);

    [LoggerMessage(LogLevel.Warning, "The waitlist of {Sku} is served without its actor: {Cause}")]
    public static partial void LogServedWithoutActor(this ILogger logger, string sku, string cause);
}
