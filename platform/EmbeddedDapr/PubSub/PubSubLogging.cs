namespace EmbeddedDapr.PubSub;

internal static partial class PubSubLogging
{
    [LoggerMessage(
        LogLevel.Warning,
        "{Consumer} failed to handle message {Message} of {Topic} at attempt {Attempt}; it will be redelivered: {Cause}"
    )]
    public static partial void LogRetry(
        this ILogger logger,
        string consumer,
        TopicName topic,
        long message,
        int attempt,
        string cause
    );

    [LoggerMessage(
        LogLevel.Warning,
        "{Consumer} dropped message {Message} of {Topic}, which has no dead-letter topic: {Cause}"
    )]
    public static partial void LogDropped(
        this ILogger logger,
        string consumer,
        TopicName topic,
        long message,
        string cause
    );

    [LoggerMessage(
        LogLevel.Error,
        "Message {Message} of {Topic} for {Consumer} is dead-lettered to {Destination} after {Attempts} attempts: "
            + "{Cause}"
    )]
    public static partial void LogDeadLettered(
        this ILogger logger,
        string consumer,
        TopicName topic,
        long message,
        int attempts,
        string destination,
        string cause
    );

    [LoggerMessage(LogLevel.Warning, "Deliveries of {Topic} to {Consumer} are waiting for the database: {Cause}")]
    public static partial void LogDatabaseUnavailable(
        this ILogger logger,
        string consumer,
        TopicName topic,
        string cause
    );

    [LoggerMessage(LogLevel.Warning, "The subscriptions of {App} are not served yet: {Cause}")]
    public static partial void LogSubscribingFailed(
        this ILogger logger,
        string app,
        string cause,
        Exception? exception = null
    );

    [LoggerMessage(LogLevel.Error, "The subscription of {App} to {Topic} is not served: {Reason}")]
    public static partial void LogSubscriptionRejected(this ILogger logger, string app, TopicName topic, string reason);

    [LoggerMessage(LogLevel.Warning, "Old messages were not deleted: {Cause}")]
    public static partial void LogPruningFailed(this ILogger logger, string cause);
}
