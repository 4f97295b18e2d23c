using EmbeddedDapr.Workflows.Protocol;

namespace EmbeddedDapr.Workflows;

internal enum Stage
{
    /// <summary>Needs no row: after a crash it happens again by itself, as a timer does.</summary>
    Derived,

    /// <summary>Waits for the journal's next write.</summary>
    Queued,

    /// <summary>A row, or being made one.</summary>
    Written,

    /// <summary>A turn took it before the journal did: the turn's own rows are its only trace.</summary>
    Taken,
}

/// <summary>An event that has come for an instance and waits for a turn.</summary>
internal sealed class InboxItem(Guid execution, int seq, HistoryEvent happened, Stage stage)
{
    public Guid Execution => execution;

    public int Seq => seq;

    public HistoryEvent Event => happened;

    public Stage Stage { get; set; } = stage;
}
