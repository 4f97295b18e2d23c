using EmbeddedDapr.Workflows.Protocol;
using Kind = EmbeddedDapr.Workflows.Protocol.HistoryEvent.EventTypeOneofCase;

namespace EmbeddedDapr.Workflows;

/// <summary>Selects the inbox events of an instance's next turn.</summary>
internal static class TurnScheduler
{
    /// <summary>
    /// A worker handles a termination or a suspension only as the turn's last event, so each gets a turn of its own,
    /// first. While an instance is suspended, all other events wait.
    /// </summary>
    /// <returns>Empty when no turn is due.</returns>
    public static List<InboxItem> Next(Instance instance, DateTimeOffset now)
    {
        var inbox = instance.Inbox;
        if (inbox.Count == 0 || instance.HasEnded || instance.IsStalled)
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

    /// <summary>The earliest start of an instance.</summary>
    public static DateTimeOffset DueAt(Instance instance) =>
        instance.Started.ScheduledStartTimestamp?.ToDateTimeOffset() ?? DateTimeOffset.MinValue;

    /// <summary>True for events that control the workflow and are invisible to its code.</summary>
    public static bool IsControl(InboxItem item) =>
        item.Event.EventTypeCase is Kind.ExecutionSuspended or Kind.ExecutionResumed or Kind.ExecutionTerminated;
}
