using Dapr.Workflow.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>Exceptions to failure details and back.</summary>
internal static class Failures
{
    private const int DeepestCause = 10;

    public static TaskFailureDetails From(Exception exception, bool nonRetriable = false) =>
        From(exception, nonRetriable, 0);

    public static TaskFailureDetails Of(string type, string message) =>
        new()
        {
            ErrorType = type,
            ErrorMessage = message,
            IsNonRetriable = true,
        };

    public static TaskFailureDetails TooLarge(string what) =>
        Of("PayloadTooLarge", $"{what} too large for the sidecar (--max-body-size). Pass references, not data.");

    public static WorkflowTaskFailureDetails Read(TaskFailureDetails? details) =>
        details is null
            ? new WorkflowTaskFailureDetails("Unknown", "The task failed without saying why.")
            : new WorkflowTaskFailureDetails(details.ErrorType, details.ErrorMessage, details.StackTrace)
            {
                IsNonRetriable = details.IsNonRetriable,
            };

    private static TaskFailureDetails From(Exception exception, bool nonRetriable, int depth) =>
        new()
        {
            ErrorType = exception.GetType().FullName ?? exception.GetType().Name,
            ErrorMessage = exception.Message,
            StackTrace = exception.StackTrace,
            InnerFailure =
                exception.InnerException is { } inner && depth < DeepestCause ? From(inner, false, depth + 1) : null,
            IsNonRetriable = nonRetriable,
        };
}
