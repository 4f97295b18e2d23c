namespace DaprShop.Inventory;

internal static partial class Logging
{
    [LoggerMessage(
        LogLevel.Warning,
        "The cache's store does not answer and is left alone, {Seconds} s at a time: {Cause}"
    )]
    public static partial void LogStorePaused(this ILogger logger, double seconds, string cause);

    [LoggerMessage(
        LogLevel.Warning,
        "Stock cannot be read from the database; what is cached is answered, with its age: {Cause}"
    )]
    public static partial void LogAnsweringFromCache(this ILogger logger, string cause);

    [LoggerMessage(LogLevel.Warning, "The read replica cannot be asked, and the primary is read instead: {Cause}")]
    public static partial void LogWithoutReplica(this ILogger logger, string cause);

    [LoggerMessage(LogLevel.Warning, "Sweeping expired holds was interrupted: {Cause}")]
    public static partial void LogSweepInterrupted(this ILogger logger, string cause);

    [LoggerMessage(
        LogLevel.Error,
        "The hold {Hold} is over, but cannot be given back; POST /ops/stock/repair heals its SKUs: {Cause}"
    )]
    public static partial void LogHoldStuck(this ILogger logger, Guid hold, string cause);

    [LoggerMessage(LogLevel.Warning, "The waitlist of {Sku} is served without its actor: {Cause}")]
    public static partial void LogWithoutActor(this ILogger logger, string sku, string cause);

    [LoggerMessage(LogLevel.Warning, "Telling the waitlists' actors of offers was interrupted: {Cause}")]
    public static partial void LogWatchInterrupted(this ILogger logger, string cause);

    [LoggerMessage(LogLevel.Warning, "Telling Orders of filled backorders was interrupted: {Cause}")]
    public static partial void LogWakeInterrupted(this ILogger logger, string cause);
}
