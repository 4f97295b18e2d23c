namespace EmbeddedDapr.Actors;

internal static partial class ActorLogging
{
    [LoggerMessage(
        201,
        LogLevel.Warning,
        "{Replica} is unreachable; its actors may be activated on other replicas: {Detail}"
    )]
    public static partial void LogActorHostLost(this ILogger logger, string replica, string detail);

    [LoggerMessage(202, LogLevel.Warning, "The app did not handle {Kind} {Name} of actor {ActorType}/{Id}: {Detail}")]
    public static partial void LogActorCallbackFailed(
        this ILogger logger,
        string kind,
        string actorType,
        string id,
        string name,
        string detail
    );

    [LoggerMessage(
        204,
        LogLevel.Warning,
        "The actor configuration of {Replica} is unusable, so no actors are placed there: {Detail}"
    )]
    public static partial void LogActorConfigUnusable(this ILogger logger, string replica, string detail);

    [LoggerMessage(205, LogLevel.Warning, "Expired actor state was not deleted; the next run retries: {Detail}")]
    public static partial void LogExpiredStateNotDeleted(this ILogger logger, string detail);

    [LoggerMessage(203, LogLevel.Warning, "Reminders were not processed; the next poll retries: {Detail}")]
    public static partial void LogRemindersFailed(this ILogger logger, string detail, Exception exception);
}
