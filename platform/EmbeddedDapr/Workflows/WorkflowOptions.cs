namespace EmbeddedDapr.Workflows;

/// <summary>How long ended workflows stay readable: Dapr's <c>workflow.stateRetentionPolicy</c>.</summary>
internal sealed record WorkflowOptions
{
    public TimeSpan Completed { get; init; } = TimeSpan.FromMinutes(10);

    public TimeSpan AnyTerminal { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How often retention looks for what may go.</summary>
    public TimeSpan Sweep { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a call waits for this process to own the app's workflows before it answers Unavailable.</summary>
    public TimeSpan Ownership { get; init; } = TimeSpan.FromSeconds(10);
}
