using Dapr.Workflow.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>
/// Numbers what the workflow does. An action which the history has under that number must be the same action, and is not sent again;
/// the others are what this turn adds.
/// </summary>
internal sealed class ActionLog(History history)
{
    private NonDeterministicWorkflowException? _violation;

    /// <summary>What this turn adds.</summary>
    public List<WorkflowAction> New { get; } = [];

    /// <summary>The number of the next action.</summary>
    public int NextId { get; private set; }

    /// <summary>Set for good at the first contradiction, even where the workflow's code catches the exception.</summary>
    public NonDeterministicWorkflowException? Violation => _violation;

    /// <summary>Takes the next number. True if the action is new and must be added to <see cref="New"/>.</summary>
    public bool Take(string kind, string name, out int id)
    {
        if (_violation is not null)
            throw _violation;

        id = NextId++;
        if (history.Recorded(id) is not { } recorded)
            return true;

        if (
            History.KindOf(recorded) != kind
            || !string.Equals(History.NameOf(recorded), name, StringComparison.OrdinalIgnoreCase)
        )
            throw Violate(
                $"Action {id} is {Describe(kind, name)} in the code but {Describe(recorded)} in the history. "
                    + "The workflow's code has changed, or depends on something else than its context."
            );
        return false;
    }

    /// <summary>The history records an action: the code must have taken it by now.</summary>
    public void Confirm(HistoryEvent recorded)
    {
        if (recorded.EventId >= NextId)
            Violate(
                $"The history has {Describe(recorded)} as action {recorded.EventId}, but the code has not taken that action. "
                    + "The workflow's code has changed, or depends on something else than its context."
            );
    }

    public NonDeterministicWorkflowException Violate(string message) =>
        _violation ??= new NonDeterministicWorkflowException(message);

    private static string Describe(HistoryEvent e) => Describe(History.KindOf(e)!, History.NameOf(e));

    private static string Describe(string kind, string name) => name.Length == 0 ? $"a {kind}" : $"{kind} '{name}'";
}
