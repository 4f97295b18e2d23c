using DaprShop.Shop.Infrastructure;

namespace DaprShop.Shop.Processes;

/// <summary>All it takes to start one process, as often as needed.</summary>
internal sealed record ProcessSpec(string Name, string FileName, params string[] Arguments)
{
    public required string WorkingDirectory { get; init; }

    public required string LogFile { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>What ends it politely.</summary>
    public Signal StopSignal { get; init; } = Signal.Terminate;

    /// <summary>How long it may take to end before it is killed.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    public UnprivilegedUser? RunAs { get; init; }

    /// <summary>Folders that it needs; made before every start, because somebody may have wiped them.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];
}
