using DaprShop.History.Domain;

namespace DaprShop.History;

internal static partial class Logging
{
    [LoggerMessage(
        LogLevel.Information,
        "History was rebuilt from {Events} events: {Outcome}, {Forged} rows forged, {Missing} missing"
    )]
    public static partial void LogRebuilt(
        this ILogger logger,
        RebuildPhase outcome,
        long events,
        long forged,
        long missing
    );

    [LoggerMessage(LogLevel.Error, "Rebuilding history failed; the live one is as it was")]
    public static partial void LogRebuildFailed(this ILogger logger, Exception cause);
}
