namespace EmbeddedDapr.Actors;

internal static partial class Logging
{
    [LoggerMessage(
        201,
        LogLevel.Warning,
        "{Replica} does not answer; its actors may live elsewhere from now on: {Detail}"
    )]
    public static partial void LogActorHostLost(this ILogger logger, string replica, string detail);

    [LoggerMessage(202, LogLevel.Warning, "The app did not take {Kind} {Name} of actor {ActorType}/{Id}: {Detail}")]
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
        "What {Replica} says of its actors cannot be used, so that none are looked for there: {Detail}"
    )]
    public static partial void LogActorConfigUnusable(this ILogger logger, string replica, string detail);

    [LoggerMessage(205, LogLevel.Warning, "Expired state of actors could not be deleted, and will be later: {Detail}")]
    public static partial void LogActorStateKept(this ILogger logger, string detail);

    [LoggerMessage(203, LogLevel.Warning, "Reminders could not be looked for, and will be again: {Detail}")]
    public static partial void LogRemindersLost(this ILogger logger, string detail, Exception exception);
}
