using Microsoft.Extensions.Logging;

namespace Dapr.Workflow;

internal static partial class Logging
{
    [LoggerMessage(1, LogLevel.Information, "Workflow worker takes work from the sidecar at {Address}.")]
    public static partial void LogWorkerConnected(this ILogger logger, string address);

    [LoggerMessage(2, LogLevel.Warning, "Workflow worker has no connection to the sidecar at {Address} ({Reason}): {Detail}")]
    public static partial void LogWorkerDisconnected(this ILogger logger, string address, string reason, string detail);

    [LoggerMessage(3, LogLevel.Information, "The sidecar at {Address} ended the stream of work.")]
    public static partial void LogWorkerStreamEnded(this ILogger logger, string address);

    [LoggerMessage(4, LogLevel.Warning, "The answer to a turn of workflow {InstanceId} is dropped; the sidecar will ask again.")]
    public static partial void LogTurnDropped(this ILogger logger, string instanceId, Exception exception);

    [LoggerMessage(5, LogLevel.Warning, "The result of activity {Activity} of workflow {InstanceId} is dropped; the sidecar will ask again.")]
    public static partial void LogActivityDropped(this ILogger logger, string activity, string instanceId, Exception exception);
}
