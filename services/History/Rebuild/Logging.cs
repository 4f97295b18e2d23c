namespace DaprShop.History.Rebuild;

internal static partial class Logging
{
    [LoggerMessage(
        LogLevel.Information,
        "Rebuilt history from {Events} events: {Outcome}, {Unexpected} unexpected rows, {Missing} missing rows"
    )]
    public static partial void LogRebuilt(
        this ILogger logger,
        RebuildPhase outcome,
        long events,
        long unexpected,
        long missing
    );

    [LoggerMessage(LogLevel.Error, "Rebuilding history failed; the live history is unchanged")]
    public static partial void LogRebuildFailed(this ILogger logger, Exception cause);
}
