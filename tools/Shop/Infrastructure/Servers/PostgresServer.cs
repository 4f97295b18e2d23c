using DaprShop.Shop.Infrastructure.Docker;
using DaprShop.Shop.Infrastructure.Postgres;
using DaprShop.Shop.Processes;
using Npgsql;

namespace DaprShop.Shop.Infrastructure.Servers;

/// <summary>PostgreSQL, the only judge. Its address is an administrator's connection string.</summary>
internal sealed class PostgresServer() : ServerKind("postgres")
{
    private const int UsualPort = 3540;
    private const string SuperUser = "postgres";

    public override string Advice =>
        "Install it (Debian: apt-get install postgresql), or npm (which brings it as a package), or start Docker, or set SHOP_POSTGRES='Host=…;Username=…;Password=…' to an administrator's connection string.";

    public override bool KeepsTheOnlyCopy => true;

    public override IReadOnlyList<IWay> Ways(ShopFolder shop) =>
        [
            new DockerWay("postgres", shop, (run, password) =>
                new PrivateServer(Address(password, run.Port), run.Port, run.Spec)
            )
            {
                UsualPort = UsualPort,
                PasswordVariable = "POSTGRES_PASSWORD",
                // Its fast shutdown; SIGTERM would wait for every client to leave.
                StopSignal = Signal.Interrupt,
            },
            new LocalWay(
                () => PostgresBinaries.Installed() is null ? "no PostgreSQL is installed" : null,
                cancel => ClusterAsync(shop, "postgres", PostgresBinaries.Find(), cancel)
            )
            {
                HasData = HasCluster(shop, "postgres"),
            },
            new NpmPostgres(shop, (binaries, cancel) => ClusterAsync(shop, "postgres-npm", binaries, cancel))
            {
                HasData = HasCluster(shop, "postgres-npm"),
            },
        ];

    public override async Task<string?> ProblemAsync(string address, CancellationToken cancel) =>
        await PostgresReadiness.ProblemAsync(address, cancel);

    public override string Public(string address) =>
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
        var port = FreePort.Prefer(UsualPort);
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
