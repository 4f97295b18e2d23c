using DaprShop.Shop.Processes;
using DaprShop.TestKit.Servers;

namespace DaprShop.Conformance.Runtime;

/// <summary>What one row plays on: a runtime with a broker and a store as its column says, and the row's apps. Nobody else sees them.</summary>
internal abstract class Stage : IAsyncDisposable
{
    protected Stage(IReadOnlyList<NodeSpec> specs) =>
        Nodes = [.. specs.Select((spec, index) => new Node(this, spec, index + 1))];

    public string Folder { get; } = Directory.CreateTempSubdirectory("daprshop-conformance-").FullName;

    public IReadOnlyList<Node> Nodes { get; }

    public abstract Task StartSidecarAsync(Node node);

    /// <summary>kill -9. Where one process serves all sidecars, all are gone, and the others' start again.</summary>
    public abstract Task KillSidecarAsync(Node node);

    /// <summary>kill -9 of the broker (with <paramref name="wipe"/>: and of all that it kept), and its start.</summary>
    public abstract Task RestartBrokerAsync(bool wipe = false);

    /// <summary>The ends of all logs: what a failed row has to show.</summary>
    public string Logs() =>
        string.Join(
            Environment.NewLine,
            Directory
                .EnumerateFiles(Folder, "*.log", SearchOption.AllDirectories)
                .Select(file => $"-- {Path.GetFileName(file)}{Environment.NewLine}{LogTail.Of(file)}")
        );

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
            await node.DisposeAsync();
        if (Environment.GetEnvironmentVariable("CONFORMANCE_KEEP") != "true")
            Directory.Delete(Folder, recursive: true);
    }

    protected static async Task KillAsync(OwnedProcess? process)
    {
        if (process is null)
            return;
        process.Identity.Send(ProcessSignal.Kill);
        await process.DisposeAsync();
    }

    protected static OwnedProcess Start(ProcessSpec spec)
    {
        var process = OwnedProcess.Start(spec);
        Orphans.Add(process);
        return process;
    }
}
