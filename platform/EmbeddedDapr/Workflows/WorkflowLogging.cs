namespace EmbeddedDapr.Workflows;

internal static partial class WorkflowLogging
{
    [LoggerMessage(101, LogLevel.Information, "This process runs the workflows of {App}; {Active} are active.")]
    public static partial void LogWorkflowsOwned(this ILogger logger, string app, int active);

    [LoggerMessage(
        102,
        LogLevel.Warning,
        "The workflows of {App} are paused until the database is reachable again: {Detail}"
    )]
    public static partial void LogWorkflowsPaused(this ILogger logger, string app, string detail, Exception exception);

    [LoggerMessage(103, LogLevel.Error, "Workflow {InstanceId} of {App} is stalled: {Reason}")]
    public static partial void LogWorkflowStalled(this ILogger logger, string app, string instanceId, string reason);

    [LoggerMessage(
        104,
        LogLevel.Warning,
        "Expired workflows of {App} were not deleted; the next run retries: {Detail}"
    )]
    public static partial void LogRetentionFailed(this ILogger logger, string app, string detail, Exception exception);
}
