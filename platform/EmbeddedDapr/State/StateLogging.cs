namespace EmbeddedDapr.State;

internal static partial class StateLogging
{
    [LoggerMessage(LogLevel.Warning, "Expired values were not deleted: {Cause}")]
    public static partial void LogSweepingFailed(this ILogger logger, string cause);
}
