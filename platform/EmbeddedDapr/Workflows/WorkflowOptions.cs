namespace EmbeddedDapr.Workflows;

/// <summary>How long ended workflows stay readable: Dapr's <c>workflow.stateRetentionPolicy</c>.</summary>
internal sealed record WorkflowOptions
{
    public TimeSpan Completed { get; init; } = TimeSpan.FromMinutes(10);

    public TimeSpan AnyTerminal { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The interval of retention runs.</summary>
    public TimeSpan Sweep { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a call waits until this process owns the app's workflows, before it fails as Unavailable.
    /// </summary>
    public TimeSpan Ownership { get; init; } = TimeSpan.FromSeconds(10);
}
