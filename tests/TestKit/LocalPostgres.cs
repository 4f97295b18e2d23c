using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Infrastructure.Postgres;
using DaprShop.Shop.Processes;
using Npgsql;

namespace DaprShop.TestKit;

/// <summary>
/// A private PostgreSQL on a free port, with the shop's roles, as durable as the real one. <see cref="SharedAsync"/> starts one per test process, which
/// ends with it; tests take an empty database each with <see cref="CreateDatabaseAsync"/>, so that they may run side by side.
/// </summary>
public sealed class LocalPostgres : IAsyncDisposable
{
    private static readonly Lazy<Task<LocalPostgres>> One = new(() => Task.Run(StartAsync));
    private static int _databases;

    private readonly OwnedProcess _server;
    private readonly TestFolder _folder;
    private readonly Provisioner _provisioner;
    private readonly IReadOnlyDictionary<string, string> _passwords;

    private LocalPostgres(OwnedProcess server, TestFolder folder, string admin, Provisioner provisioner, IReadOnlyDictionary<string, string> passwords)
    {
        (_server, _folder, Admin, _provisioner, _passwords) = (server, folder, admin, provisioner, passwords);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => EndAtOnce();
    }

    /// <summary>The superuser's connection string (database <c>postgres</c>).</summary>
    public string Admin { get; }

    /// <summary>The server's process, for tests that kill it.</summary>
    public int Pid => _server.Pid;

    /// <summary>The server of this test process, started by whoever asks first.</summary>
    public static Task<LocalPostgres> SharedAsync() => One.Value;

    /// <summary>Starts a server of one's own.</summary>
    public static async Task<LocalPostgres> StartAsync()
    {
        var folder = TestFolder.Create();
        var port = FreePort.Take();
        var cluster = new PostgresCluster(Path.Combine(folder.Path, "data"), Path.Combine(folder.Path, "postgres.log"), PostgresBinaries.Find()) { SharedBuffers = "128MB" };
        await cluster.InitialiseAsync(CancellationToken.None);
        var server = OwnedProcess.Start(await cluster.ServerAsync(port, CancellationToken.None));
        folder.Holds(server.Identity);
        var admin = cluster.AdminConnectionString(port);
        await PostgresReadiness.WaitAsync(server, admin, CancellationToken.None);
        var provisioner = new Provisioner(admin);
        var passwords = await provisioner.RolesAsync(new Dictionary<string, string>(), CancellationToken.None);
        return new LocalPostgres(server, folder, admin, provisioner, passwords);
    }

    /// <summary>An empty database of a service (<c>orders</c>, <c>inventory</c>, <c>payments</c> or <c>history</c>), with a name of its own.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync(string service)
    {
        var name = $"{service}_{Interlocked.Increment(ref _databases)}";
        await _provisioner.DatabaseAsync(service, name, CancellationToken.None);
        return new TestDatabase(name, As(Provisioner.OwnerOf(service), name), As(Provisioner.AppOf(service), name), As(Provisioner.Auditor, name));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await _server.DisposeAsync();
        _folder.Delete();
    }

    private string As(string role, string database) => _provisioner.ConnectionString(role, _passwords[role], database);

    /// <summary>The test process is ending: there is no time for a checkpoint, and nobody will read the data.</summary>
    private void EndAtOnce()
    {
        _server.Identity.Send(Signal.Quit);
        _server.Ended.Wait(TimeSpan.FromSeconds(5));
        _folder.DeleteBehind();
    }
}
