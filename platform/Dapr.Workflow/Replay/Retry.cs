namespace Dapr.Workflow.Replay;

/// <summary>Repeats a failed call by a policy, waiting in the workflow's own time.</summary>
internal static class Retry
{
    public static async Task<T> Run<T>(
        WorkflowRetryPolicy policy,
        WorkflowContext context,
        Func<Task<T>> attempt,
        Func<DateTime, Task> wait
    )
    {
        var first = context.CurrentUtcDateTime;
        for (var attempts = 1; ; attempts++)
        {
            TimeSpan delay;
            try
            {
                return await attempt();
            }
            catch (WorkflowTaskFailedException e)
                when (MayRetry(policy, attempts, context.CurrentUtcDateTime - first, e, out delay)) { }

            await wait(context.CurrentUtcDateTime + delay);
        }
    }

    /// <summary>The wait after so many attempts.</summary>
    internal static TimeSpan DelayAfter(WorkflowRetryPolicy policy, int attempts)
    {
        var longest =
            policy.MaxRetryInterval is { } max && max != Timeout.InfiniteTimeSpan ? max : TimeSpan.FromDays(365);
        var ticks = policy.FirstRetryInterval.Ticks * Math.Pow(policy.BackoffCoefficient, attempts - 1);
        return ticks < longest.Ticks ? TimeSpan.FromTicks((long)ticks) : longest;
    }

    private static bool MayRetry(
        WorkflowRetryPolicy policy,
        int attempts,
        TimeSpan elapsed,
        WorkflowTaskFailedException failure,
        out TimeSpan delay
    )
    {
        delay = DelayAfter(policy, attempts);
        return attempts < policy.MaxNumberOfAttempts
            && !failure.FailureDetails.IsNonRetriable
            && (policy.RetryTimeout == Timeout.InfiniteTimeSpan || elapsed + delay <= policy.RetryTimeout);
    }
}
