using Microsoft.Extensions.Logging;

namespace DaprShop.Messaging;

internal static partial class Logging
{
    [LoggerMessage(
        LogLevel.Warning,
        "Events {First} to {Last} of {Producer} failed together; they are applied one by one"
    )]
    public static partial void LogRangeFailed(
        this ILogger logger,
        string producer,
        long first,
        long last,
        Exception cause
    );

    [LoggerMessage(LogLevel.Error, "Event {Position} of {Producer} failed repeatedly and was parked")]
    public static partial void LogEventParked(this ILogger logger, string producer, long position, Exception cause);

    [LoggerMessage(LogLevel.Error, "A message on {Topic} is unreadable and was parked: {Cause}")]
    public static partial void LogUnreadable(this ILogger logger, string topic, string cause);

    [LoggerMessage(LogLevel.Error, "Messages on {Topic} will be retried after an unexpected error")]
    public static partial void LogInboxFailed(this ILogger logger, string topic, Exception cause);

    [LoggerMessage(LogLevel.Error, "Event {Position} cannot be published, and its consumers park it: {Cause}")]
    public static partial void LogUnpublishable(this ILogger logger, long position, string cause);

    [LoggerMessage(LogLevel.Warning, "Events {First} to {Last} cannot be published together; each is published alone")]
    public static partial void LogPublishFailed(this ILogger logger, long first, long last, Exception cause);

    [LoggerMessage(LogLevel.Error, "Events {First} to {Last} of {Producer} cannot be broadcast together")]
    public static partial void LogNotBroadcast(
        this ILogger logger,
        string producer,
        long first,
        long last,
        Exception cause
    );

    [LoggerMessage(LogLevel.Warning, "Messages on {Topic} will be retried: {Cause}")]
    public static partial void LogInboxRetry(this ILogger logger, string topic, string cause);

    [LoggerMessage(LogLevel.Warning, "A broadcast page of {Topic} could not be handled")]
    public static partial void LogBroadcastFailed(this ILogger logger, string topic, Exception cause);

    [LoggerMessage(LogLevel.Warning, "A broadcast on {Topic} is unreadable: {Cause}")]
    public static partial void LogUnreadableBroadcast(this ILogger logger, string topic, string cause);

    [LoggerMessage(LogLevel.Information, "Fetched {Count} events of {Topic} that no message had delivered")]
    public static partial void LogReconciled(this ILogger logger, string topic, int count);

    [LoggerMessage(LogLevel.Warning, "Reconciling with the log of {Topic} was interrupted: {Cause}")]
    public static partial void LogReconciliationInterrupted(this ILogger logger, string topic, string cause);
}
