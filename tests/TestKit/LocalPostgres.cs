using System.Collections.Concurrent;
using DaprShop.Shop.Databases;
using Npgsql;

namespace DaprShop.TestKit;

/// <summary>
/// A private PostgreSQL on a free port, with the shop's roles: in Docker where that answers, else from this machine's
/// programs.
/// <see cref="SharedAsync"/> starts one per test process, which ends with it; tests take an empty database each with
/// <see cref="CreateDatabaseAsync"/>, so that they may run side by side.
/// </summary>
public sealed class LocalPostgres : IAsyncDisposable
{
    private static readonly Lazy<Task<LocalPostgres>> One = new(() => Task.Run(StartAsync));
    private static int _databases;
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _templates = new();

    private readonly IPostgres _server;
    private readonly Provisioner _provisioner;
    private readonly IReadOnlyDictionary<string, string> _passwords;

    private LocalPostgres(IPostgres server, Provisioner provisioner, IReadOnlyDictionary<string, string> passwords)
    {
        (_server, _provisioner, _passwords) = (server, provisioner, passwords);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.EndAtOnce();
    }

    /// <summary>The superuser's connection string (database <c>postgres</c>).</summary>
    public string Admin => _server.Admin;

    /// <summary>The server's process, for tests that measure or kill it; null for a container's.</summary>
    public int? Pid => _server.Pid;

    /// <summary>The server of this test process, started by whoever asks first.</summary>
    public static Task<LocalPostgres> SharedAsync() => One.Value;

    /// <summary>Starts a server of one's own.</summary>
    public static async Task<LocalPostgres> StartAsync()
    {
        var server = await ContainerPostgres.TryStartAsync() ?? await ProcessPostgres.StartAsync();
        var provisioner = new Provisioner(server.Admin);
        return new LocalPostgres(
            server,
            provisioner,
            await provisioner.CreateRolesAsync(new Dictionary<string, string>(), CancellationToken.None)
        );
    }

    /// <summary>
    /// An empty database of a service (<c>orders</c>, <c>inventory</c>, <c>payments</c> or <c>history</c>), with a name
    /// of its own.
    /// </summary>
    public async Task<TestDatabase> CreateDatabaseAsync(string service)
    {
        var name = $"{service}_{Interlocked.Increment(ref _databases)}";
        await _provisioner.CreateDatabaseAsync(service, name, CancellationToken.None);
        return Named(service, name);
    }

    /// <summary>
    /// A migrated database of a service, with a name of its own. <paramref name="migrate"/> runs once per service, as
    /// the owner, in a template
    /// from which all such databases are copied.
    /// </summary>
    public async Task<TestDatabase> CreateDatabaseAsync(string service, Func<NpgsqlDataSource, Task> migrate)
    {
        var template = await _templates
            .GetOrAdd(service, _ => new Lazy<Task<string>>(() => Task.Run(() => TemplateAsync(service, migrate))))
            .Value;
        var name = $"{service}_{Interlocked.Increment(ref _databases)}";
        await using (var admin = NpgsqlDataSource.Create(Admin))
        await using (
            var copy = admin.CreateCommand(
                $"create database {name} owner {Provisioner.OwnerOf(service)} template {template}"
            )
        )
            await copy.ExecuteNonQueryAsync();
        // A copy has the tables and their grants, but not the grants on the database itself.
        await _provisioner.CreateDatabaseAsync(service, name, CancellationToken.None);
        return Named(service, name);
    }

    private async Task<string> TemplateAsync(string service, Func<NpgsqlDataSource, Task> migrate)
    {
        var template = await CreateDatabaseAsync(service);
        // Not pooled: a database with a session in it cannot be copied.
        await using var owner = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(template.Owner) { Pooling = false }.ConnectionString
        );
        await migrate(owner);
        return template.Name;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private TestDatabase Named(string service, string name) =>
        new(
            name,
            As(Provisioner.OwnerOf(service), name),
            As(Provisioner.AppOf(service), name),
            As(Provisioner.Auditor, name)
        );

    private string As(string role, string database) => _provisioner.ConnectionString(role, _passwords[role], database);
}
