using Microsoft.Extensions.Logging;

namespace DaprShop.Messaging;

internal static partial class Logging
{
    [LoggerMessage(LogLevel.Warning, "Relaying {Topic} was interrupted and will be tried again: {Cause}")]
    public static partial void LogRelayInterrupted(this ILogger logger, string topic, string cause);

    [LoggerMessage(
        LogLevel.Warning,
        "Events {First} to {Last} of {Producer} failed together; they are applied one by one"
    )]
    public static partial void LogStretchFailed(
        this ILogger logger,
        string producer,
        long first,
        long last,
        Exception cause
    );

    [LoggerMessage(LogLevel.Error, "Event {Position} of {Producer} kept failing and was parked")]
    public static partial void LogEventParked(this ILogger logger, string producer, long position, Exception cause);

    [LoggerMessage(LogLevel.Error, "A message on {Topic} could not be read and was parked")]
    public static partial void LogUnreadable(this ILogger logger, string topic, Exception cause);

    [LoggerMessage(LogLevel.Warning, "Messages on {Topic} will be taken again: {Cause}")]
    public static partial void LogIntakeRetry(this ILogger logger, string topic, string cause);

    [LoggerMessage(LogLevel.Warning, "Something broadcast of {Topic} was not heard")]
    public static partial void LogNotHeard(this ILogger logger, string topic, Exception cause);

    [LoggerMessage(LogLevel.Information, "Fetched {Count} events of {Topic} that no message had brought")]
    public static partial void LogCaughtUp(this ILogger logger, string topic, int count);

    [LoggerMessage(LogLevel.Warning, "Comparing with the log of {Topic} was interrupted: {Cause}")]
    public static partial void LogCatchUpInterrupted(this ILogger logger, string topic, string cause);
}
