using EmbeddedDapr.Workflows.Protocol;
using Kind = EmbeddedDapr.Workflows.Protocol.HistoryEvent.EventTypeOneofCase;

namespace EmbeddedDapr.Workflows;

/// <summary>Decides which of an instance's waiting events its next turn takes.</summary>
internal static class Schedule
{
    /// <summary>
    /// A worker obeys a termination or a suspension only where it is the turn's last event, so each goes alone and at once. While an instance
    /// is suspended, everything else waits.
    /// </summary>
    /// <returns>Empty when there is nothing to do.</returns>
    public static List<InboxItem> Next(Instance instance, DateTimeOffset now)
    {
        var inbox = instance.Inbox;
        if (inbox.Count == 0 || instance.IsOver || instance.IsStalled)
            return [];

        var start = inbox.Find(item => item.Event.EventTypeCase == Kind.ExecutionStarted);
        if (inbox.Find(item => item.Event.EventTypeCase == Kind.ExecutionTerminated) is { } end)
            return start is null ? [end] : [start, end];
        if (start is not null)
            return DueAt(instance) > now ? [] : [.. inbox.Where(item => !IsControl(item))];

        var control = inbox.Find(item => IsControl(item));
        if (control is not null)
            return [control];
        return instance.IsSuspended ? [] : [.. inbox];
    }

    /// <summary>When an instance that has not begun may begin.</summary>
    public static DateTimeOffset DueAt(Instance instance) =>
        instance.Started.ScheduledStartTimestamp?.ToDateTimeOffset() ?? DateTimeOffset.MinValue;

    /// <summary>Steers the workflow without being seen by its code.</summary>
    public static bool IsControl(InboxItem item) =>
        item.Event.EventTypeCase is Kind.ExecutionSuspended or Kind.ExecutionResumed or Kind.ExecutionTerminated;
}
