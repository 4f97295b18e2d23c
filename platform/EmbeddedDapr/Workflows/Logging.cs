namespace EmbeddedDapr.Workflows;

internal static partial class Logging
{
    [LoggerMessage(101, LogLevel.Information, "This process runs the workflows of {App}; {Active} are active.")]
    public static partial void LogWorkflowsOwned(this ILogger logger, string app, int active);

    [LoggerMessage(
        102,
        LogLevel.Warning,
        "The workflows of {App} stand still until the database answers again: {Detail}"
    )]
    public static partial void LogWorkflowsLost(this ILogger logger, string app, string detail, Exception exception);

    [LoggerMessage(103, LogLevel.Error, "Workflow {InstanceId} of {App} is stalled: {Reason}")]
    public static partial void LogWorkflowStalled(this ILogger logger, string app, string instanceId, string reason);

    [LoggerMessage(
        104,
        LogLevel.Warning,
        "Ended workflows of {App} could not be deleted, the next sweep tries again: {Detail}"
    )]
    public static partial void LogRetentionFailed(this ILogger logger, string app, string detail, Exception exception);
}
