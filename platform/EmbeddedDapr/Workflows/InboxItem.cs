using EmbeddedDapr.Workflows.Protocol;

namespace EmbeddedDapr.Workflows;

internal enum InboxStage
{
    /// <summary>Needs no row: it is derived again after a crash, like a fired timer.</summary>
    Derived,

    /// <summary>Waits for the journal's next transaction.</summary>
    Queued,

    /// <summary>Has a row, or is being inserted.</summary>
    Written,

    /// <summary>A turn consumed it; the turn's history rows record it.</summary>
    Consumed,
}

/// <summary>An event that waits for the next turn of an instance.</summary>
internal sealed class InboxItem(Guid execution, int seq, HistoryEvent historyEvent, InboxStage stage)
{
    public Guid Execution => execution;

    public int Seq => seq;

    public HistoryEvent Event => historyEvent;

    public InboxStage Stage { get; set; } = stage;
}
