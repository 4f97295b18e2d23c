using DaprShop.Shop.Networking;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Secrets;
using DaprShop.Shop.Supervision;
using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Runtimes;

/// <summary>
/// One process instead of all sidecars, placement, scheduler, broker and store. All its state is in PostgreSQL.
/// </summary>
internal sealed class EmbeddedRuntime(ShopFolder shop, string program, DaprFile file) : IRuntime
{
    public const string Name = "embedded";
    private const string ConnectionVariable = "EMBEDDED_DAPR_POSTGRES";

    public IReadOnlyList<string> Servers => [];

    public IReadOnlyList<string> Databases => [Name];

    public IReadOnlyList<(int Port, string Purpose)> Ports => [];

    /// <summary>The program; null where it is not built.</summary>
    public static string? Find(ShopFolder shop)
    {
        var folder = Path.Combine(shop.Root, "artifacts", "bin", "EmbeddedDapr", "release");
        return
            Executable.Find("EmbeddedDapr", folder) is { } program
            && program.StartsWith(folder, StringComparison.Ordinal)
            ? program
            : null;
    }

    public async Task StartAsync(ServerManager servers, CancellationToken cancel)
    {
        var spec = new ProcessSpec(Name, program, "--file", Path.Combine(shop.Root, "dapr.yaml"))
        {
            WorkingDirectory = shop.Root,
            LogFile = shop.LogOf(Name),
            Environment = new Dictionary<string, string>
            {
                [ConnectionVariable] = PrivateFile.Read(shop.Owner)[Name],
                [AppProcesses.TokenVariable] = AppProcesses.Token(shop),
            },
        };
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        await servers.StartAsync(spec, file.Apps[0].HttpPort, () => ProblemAsync(http, cancel), cancel);
    }

    public IReadOnlyList<ProcessSpec> ProcessesOf(DaprApp app) => [AppProcesses.App(app, shop)];

    /// <summary>
    /// The runtime is healthy only after its apps are; here it is enough that it listens for each of them.
    /// </summary>
    private async Task<string?> ProblemAsync(HttpClient http, CancellationToken cancel)
    {
        foreach (var app in file.Apps)
            if (
                await HttpProbe.ProblemAsync(
                    http,
                    new Uri($"http://127.0.0.1:{app.HttpPort}/v1.0/healthz"),
                    anyStatus: true,
                    cancel
                ) is
                { } problem
            )
                return $"it does not listen for {app.Id}: {problem}";
        return null;
    }
}
