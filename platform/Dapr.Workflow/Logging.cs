using Microsoft.Extensions.Logging;

namespace Dapr.Workflow;

internal static partial class Logging
{
    [LoggerMessage(1, LogLevel.Information, "Workflow worker takes work from the sidecar at {Address}.")]
    public static partial void LogWorkerConnected(this ILogger logger, string address);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "Workflow worker has no connection to the sidecar at {Address}, and tries on: {Detail}"
    )]
    public static partial void LogWorkerDisconnected(this ILogger logger, string address, string detail);

    [LoggerMessage(3, LogLevel.Information, "The sidecar at {Address} ended the stream of work.")]
    public static partial void LogWorkerStreamEnded(this ILogger logger, string address);

    [LoggerMessage(6, LogLevel.Warning, "Workflow {InstanceId} failed with {ErrorType}: {Detail}")]
    public static partial void LogWorkflowFailed(
        this ILogger logger,
        string instanceId,
        string errorType,
        string detail
    );

    [LoggerMessage(
        7,
        LogLevel.Warning,
        "Activity {Activity} of workflow {InstanceId} failed with {ErrorType}: {Detail}"
    )]
    public static partial void LogActivityFailed(
        this ILogger logger,
        string activity,
        string instanceId,
        string errorType,
        string detail
    );

    [LoggerMessage(
        4,
        LogLevel.Warning,
        "The answer to a turn of workflow {InstanceId} is dropped, the sidecar will ask again: {Detail}"
    )]
    public static partial void LogTurnDropped(
        this ILogger logger,
        string instanceId,
        string detail,
        Exception? exception
    );

    [LoggerMessage(
        5,
        LogLevel.Warning,
        "The result of activity {Activity} of workflow {InstanceId} is dropped, the sidecar will ask again: {Detail}"
    )]
    public static partial void LogActivityDropped(
        this ILogger logger,
        string activity,
        string instanceId,
        string detail,
        Exception? exception
    );
}
