using DaprShop.Shop.Networking;
using DaprShop.Shop.Postgres;
using DaprShop.Shop.Processes;
using Npgsql;

namespace DaprShop.TestKit;

/// <summary>PostgreSQL from this machine's programs, in a temporary folder.</summary>
/// <remarks>
/// The environment variable <c>SHOP_TEST_POSTGRES_LOG</c> names another file for its log, whose lines then begin with the
/// SQLSTATE: <c>./shop test --guards</c> reads there which statements failed.
/// </remarks>
internal sealed class ProcessPostgres(OwnedProcess server, TestFolder folder, string admin) : IPostgres
{
    private const string LogVariable = "SHOP_TEST_POSTGRES_LOG";

    public string Admin => admin;

    public int? Pid => server.Pid;

    public static async Task<IPostgres> StartAsync()
    {
        var folder = TestFolder.Create();
        var port = FreePort.Take();
        var data = Path.Combine(folder.Path, "data");
        var log = Environment.GetEnvironmentVariable(LogVariable) is { Length: > 0 } named ? named : null;
        var cluster = new PostgresCluster(
            data,
            log ?? Path.Combine(folder.Path, "postgres.log"),
            PostgresBinaries.Find()
        )
        {
            SharedBuffers = "128MB",
            MaxConnections = 500,
        };
        await cluster.InitialiseAsync(CancellationToken.None);
        if (log is not null)
            await File.AppendAllTextAsync(Path.Combine(data, "postgresql.conf"), "\nlog_line_prefix = '%e '\n");
        var server = OwnedProcess.Start(await cluster.ServerAsync(port, CancellationToken.None));
        folder.Holds(server.Identity);
        var admin = cluster.AdminConnectionString(port);
        await PostgresReadiness.WaitAsync(server, admin, CancellationToken.None);
        return new ProcessPostgres(server, folder, admin);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await server.DisposeAsync();
        folder.Delete();
    }

    public void EndAtOnce()
    {
        server.Identity.Send(ProcessSignal.Quit);
        server.Ended.Wait(TimeSpan.FromSeconds(5));
        folder.DeleteBehind();
    }
}
