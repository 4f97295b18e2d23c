using DaprShop.Shop.Networking;
using DaprShop.Shop.Postgres;
using DaprShop.Shop.Processes;
using Npgsql;

namespace DaprShop.TestKit;

/// <summary>PostgreSQL from this machine's programs, in a temporary folder.</summary>
internal sealed class ProcessPostgres(OwnedProcess server, TestFolder folder, string admin) : IPostgres
{
    public string Admin => admin;

    public int? Pid => server.Pid;

    public static async Task<IPostgres> StartAsync()
    {
        var folder = TestFolder.Create();
        var port = FreePort.Take();
        var cluster = new PostgresCluster(
            Path.Combine(folder.Path, "data"),
            Path.Combine(folder.Path, "postgres.log"),
            PostgresBinaries.Find()
        )
        {
            SharedBuffers = "128MB",
            MaxConnections = 500,
        };
        await cluster.InitialiseAsync(CancellationToken.None);
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
