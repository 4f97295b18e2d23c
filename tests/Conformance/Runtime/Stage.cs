using DaprShop.Shop.Processes;
using DaprShop.TestKit.Servers;

namespace DaprShop.Conformance.Runtime;

/// <summary>The environment of one row: the runtime, broker and store of its column, and the row's own apps.</summary>
internal abstract class Stage : IAsyncDisposable
{
    protected Stage(IReadOnlyList<NodeSpec> specs) =>
        Nodes = [.. specs.Select((spec, index) => new Node(this, spec, index + 1))];

    public string Folder { get; } = Directory.CreateTempSubdirectory("daprshop-conformance-").FullName;

    public IReadOnlyList<Node> Nodes { get; }

    public abstract Task StartSidecarAsync(Node node);

    /// <summary>
    /// kill -9. If one process serves all sidecars, all are killed, and those of the other nodes are restarted.
    /// </summary>
    public abstract Task KillSidecarAsync(Node node);

    /// <summary>
    /// Kills the broker with kill -9 (with <paramref name="wipe"/>: and deletes its data), and starts it again.
    /// </summary>
    public abstract Task RestartBrokerAsync(bool wipe = false);

    /// <summary>The last lines of all logs, shown when a row fails.</summary>
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
