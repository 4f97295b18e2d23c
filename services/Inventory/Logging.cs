namespace DaprShop.Inventory;

internal static partial class Logging
{
    [LoggerMessage(LogLevel.Warning, "Sweeping expired holds was interrupted: {Cause}")]
    public static partial void LogSweepInterrupted(this ILogger logger, string cause);

    [LoggerMessage(LogLevel.Warning, "The waitlist of {Sku} is served without its actor: {Cause}")]
    public static partial void LogWithoutActor(this ILogger logger, string sku, string cause);

    [LoggerMessage(LogLevel.Warning, "Telling the waitlists' actors of offers was interrupted: {Cause}")]
    public static partial void LogWatchInterrupted(this ILogger logger, string cause);

    [LoggerMessage(LogLevel.Warning, "Telling Orders of filled backorders was interrupted: {Cause}")]
    public static partial void LogWakeInterrupted(this ILogger logger, string cause);
}
