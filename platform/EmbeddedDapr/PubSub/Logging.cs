namespace EmbeddedDapr.PubSub;

internal static partial class Logging
{
    [LoggerMessage(
        LogLevel.Warning,
        "{Consumer} has not handled message {Message} of {Topic} at attempt {Attempt}, and gets it again: {Cause}"
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
        "Message {Message} of {Topic} is given up for {Consumer} after {Attempts} attempts and put into {Destination}: {Cause}"
    )]
    public static partial void LogGivenUp(
        this ILogger logger,
        string consumer,
        TopicName topic,
        long message,
        int attempts,
        string destination,
        string cause
    );

    [LoggerMessage(LogLevel.Warning, "Deliveries of {Topic} to {Consumer} wait for the database: {Cause}")]
    public static partial void LogStoreAway(this ILogger logger, string consumer, TopicName topic, string cause);

    [LoggerMessage(LogLevel.Warning, "The subscriptions of {App} are not served yet: {Cause}")]
    public static partial void LogSubscribingFailed(
        this ILogger logger,
        string app,
        string cause,
        Exception? exception = null
    );

    [LoggerMessage(LogLevel.Error, "The subscription of {App} to {Topic} is not served: {Reason}")]
    public static partial void LogSubscriptionRefused(this ILogger logger, string app, TopicName topic, string reason);

    [LoggerMessage(LogLevel.Warning, "Old messages were not deleted: {Cause}")]
    public static partial void LogPruningFailed(this ILogger logger, string cause);
}
