namespace DaprShop.Shop.Processes;

/// <summary>Everything that is needed to start a process, and to start it again.</summary>
internal sealed record ProcessSpec(string Name, string FileName, params string[] Arguments)
{
    public required string WorkingDirectory { get; init; }

    public required string LogFile { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The signal that asks the process to stop.</summary>
    public ProcessSignal StopSignal { get; init; } = ProcessSignal.Terminate;

    /// <summary>How long the process may take to stop before it is killed.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The account that runs the process; null for the account of the shop.</summary>
    public UnprivilegedUser? RunAs { get; init; }

    /// <summary>
    /// Folders that the process needs; created before every start, because they may have been deleted.
    /// </summary>
    public IReadOnlyList<string> Folders { get; init; } = [];
}
