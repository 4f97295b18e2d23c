using DaprShop.Shop;
using DaprShop.Shop.Docker;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Servers;

namespace DaprShop.TestKit.Servers;

/// <summary>
/// A private server as `./shop up` would have it, from Docker where that answers, else from this machine's programs. A
/// test may kill, wipe and
/// start it again; its address stays the same.
/// </summary>
internal sealed class TestServer : IAsyncDisposable
{
    // Kafka's two Java programs, which take five seconds here, took longer than 90 beside all that CI runs on a slow
    // day. One that ends is not waited for.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly ShopFolder _shop;
    private readonly ServerKind _kind;
    private readonly PrivateServer _server;
    private readonly bool _isContainer;
    private readonly List<OwnedProcess> _helpers = [];
    private OwnedProcess? _process;

    private TestServer(ShopFolder shop, ServerKind kind, PrivateServer server, bool isContainer) =>
        (_shop, _kind, _server, _isContainer) = (shop, kind, server, isContainer);

    /// <summary>What its clients are told.</summary>
    public string Address => _server.Address;

    /// <summary>Null where <paramref name="product"/> can be had on this machine, else what is missing.</summary>
    public static async Task<string?> UnavailableReasonAsync(string product)
    {
        var (way, obstacles) = await ServerWays.ChooseAsync(ServerKind.Of(product), ShopFolder.Find());
        return way is null ? $"{product}: {obstacles}" : null;
    }

    /// <param name="prepare">Changes what is about to be started.</param>
    public static async Task<TestServer> StartAsync(
        string product,
        Func<ShopFolder, ProcessSpec, ProcessSpec>? prepare = null
    )
    {
        var kind = ServerKind.Of(product);
        var shop = new ShopFolder(Directory.CreateTempSubdirectory($"daprshop-{product}-").FullName);
        shop.Create();
        File.Copy(ComposeService.FileOf(ShopFolder.Find()), ComposeService.FileOf(shop));
        var (way, obstacles) = await ServerWays.ChooseAsync(kind, shop);
        var made = await (way ?? throw new InvalidOperationException(obstacles)).PrepareAsync(CancellationToken.None);
        if (prepare is not null)
            made = made with { Processes = [.. made.Processes.Select(p => prepare(shop, p))] };
        var server = new TestServer(shop, kind, made, way.Name == "docker");
        await server.StartAsync();
        return server;
    }

    /// <summary>Returns when it answers.</summary>
    public async Task StartAsync()
    {
        foreach (var spec in _server.Processes)
        {
            if (spec.Name != _kind.Name && _helpers.Exists(h => h.Spec.Name == spec.Name))
                continue;
            var process = OwnedProcess.Start(spec);
            Orphans.Add(process);
            if (spec.Name == _kind.Name)
                _process = process;
            else
                _helpers.Add(process);
        }

        string? problem = null;
        var up = await Poll.UntilAsync(
            async () =>
                !_process!.IsAlive || (problem = await _kind.ProblemAsync(Address, CancellationToken.None)) is null,
            Patience
        );
        if (!up || !_process!.IsAlive)
            throw new InvalidOperationException(
                $"{_kind.Name} did not start: {problem}{Environment.NewLine}{LogTail.Of(_process!.Spec.LogFile, 30)}"
            );
    }

    /// <summary>kill -9: what it had not handed to the system is lost.</summary>
    public async Task KillAsync()
    {
        if (_isContainer)
            await DockerEngine.RemoveAsync(_shop);
        _process!.Identity.Send(ProcessSignal.Kill);
        await _process.DisposeAsync();
    }

    /// <summary>Removes all that it has written down. It must have been killed.</summary>
    public async Task WipeAsync()
    {
        if (_isContainer)
            await DockerEngine.WipeAsync(_shop);
        // RabbitMQ keeps its settings beside its data.
        string[] folders = [Path.Combine(_shop.Data, _kind.Name, "data"), Path.Combine(_shop.Data, _kind.Name)];
        if (folders.FirstOrDefault(Directory.Exists) is { } data)
            Directory.Delete(data, recursive: true);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (_isContainer)
            await DockerEngine.WipeAsync(_shop);
        foreach (var helper in _helpers)
            await helper.DisposeAsync();
        Directory.Delete(_shop.Root, recursive: true);
    }
}
