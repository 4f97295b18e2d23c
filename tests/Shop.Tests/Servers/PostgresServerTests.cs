using DaprShop.Shop.Postgres;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Servers;
using DaprShop.Shop.Supervision;
using DaprShop.TestKit;
using Npgsql;

namespace DaprShop.Shop.Tests.Servers;

/// <summary>PostgreSQL from installed programs and from an npm package.</summary>
[Collection("servers")]
public sealed class PostgresServerTests
{
    [Theory]
    [InlineData("local")]
    [InlineData("npm")]
    public async Task A_private_postgres_keeps_committed_data_and_leaves_no_process_when_stopped(string provider)
    {
        if (provider == "npm")
            Assert.SkipWhen(Executable.Find("npm") is null, "There is no npm on PATH.");
        var kind = new PostgresServer();
        await using var servers = new RunningServers();
        servers.Set(kind.Variable, null);
        servers.Set(kind.ProviderVariable, provider);
        var admin = await servers.AcquireAsync(kind);
        await RunAsync(admin, "create table kept(value text); insert into kept values ('committed')");
        var unit = servers.Units.Single();

        unit.Processes[0].Identity.Send(ProcessSignal.Kill);

        await Wait.UntilAsync(
            async () => unit.Restarts >= 1 && await kind.ProblemAsync(admin, CancellationToken.None) is null,
            "the server is restarted at the same address"
        );
        (await RunAsync(admin, "select value from kept")).Should().Be("committed");
        (await RunAsync(admin, "select current_setting('fsync') || current_setting('synchronous_commit')"))
            .Should()
            .Be("onon");
        await servers.StopAsync();
        OrphanedProcesses.Find(servers.Shop.Folder).Should().BeEmpty();
    }

    [Fact]
    public async Task A_cluster_whose_creation_was_interrupted_is_created_again()
    {
        var kind = new PostgresServer();
        await using var servers = new RunningServers();
        servers.Set(kind.Variable, null);
        servers.Set(kind.ProviderVariable, "local");
        var folder = PostgresFolder.Of(servers.Shop.Folder, "postgres");
        using var interrupt = new CancellationTokenSource();
        var starting = servers.AcquireAsync(kind, interrupt.Token);
        await Wait.UntilAsync(
            () => new[] { folder, folder + ".unfinished" }.Any(made => File.Exists(Path.Combine(made, "PG_VERSION"))),
            "initdb has started"
        );

        await interrupt.CancelAsync();
        await ((Func<Task>)(() => starting)).Should().ThrowAsync<OperationCanceledException>();

        (await RunAsync(await servers.AcquireAsync(kind), "select 'healthy'")).Should().Be("healthy");
    }

    private static async Task<object?> RunAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
