using DaprShop.Shop.Docker;
using DaprShop.Shop.Networking;
using DaprShop.Shop.Postgres;
using DaprShop.Shop.Servers;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Tests.Servers;

/// <summary>
/// A shop without apps that runs servers. It restores the environment variables that were set with it.
/// </summary>
internal sealed class RunningServers : IAsyncDisposable
{
    private readonly TemporaryShop _shop = new();
    private readonly Supervisor _supervisor;
    private readonly Dictionary<string, string?> _before = [];
    private bool _isStopped;

    public RunningServers()
    {
        FreePort.UseRandomPorts = true;
        _supervisor = new Supervisor(_shop.Folder, _shop.State, TimeProvider.System);
    }

    public TemporaryShop Shop => _shop;

    public IReadOnlyList<Unit> Units => _supervisor.Units;

    public void Set(string variable, string? value)
    {
        _before.TryAdd(variable, Environment.GetEnvironmentVariable(variable));
        Environment.SetEnvironmentVariable(variable, value);
    }

    public Task<string> AcquireAsync(ServerKind kind, CancellationToken? cancel = null) =>
        new ServerManager(_shop.Folder, _supervisor).AcquireAsync(
            kind,
            cancel ?? TestContext.Current.CancellationToken
        );

    /// <summary>Stops the servers as <c>shop down</c> does.</summary>
    public async Task StopAsync()
    {
        _isStopped = true;
        await _supervisor.DisposeAsync();
        await DockerEngine.RemoveAsync(_shop.Folder);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isStopped)
            await StopAsync();
        foreach (var (variable, value) in _before)
            Environment.SetEnvironmentVariable(variable, value);
        PostgresFolder.Wipe(_shop.Folder);
        _shop.Dispose();
    }
}
