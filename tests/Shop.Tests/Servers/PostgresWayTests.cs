using DaprShop.Shop.Infrastructure.Postgres;
using DaprShop.Shop.Infrastructure.Servers;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Supervision;
using Npgsql;

namespace DaprShop.Shop.Tests.Servers;

/// <summary>A PostgreSQL of this machine's programs, and one whose programs npm brings.</summary>
[Collection("servers")]
public sealed class PostgresWayTests
{
    [Theory]
    [InlineData("local")]
    [InlineData("npm")]
    public async Task A_private_postgres_keeps_what_was_committed_and_leaves_nothing_when_it_is_stopped(string way)
    {
        if (way == "npm")
            Assert.SkipWhen(Executable.Find("npm") is null, "There is no npm on PATH.");
        var kind = new PostgresServer();
        await using var servers = new RunningServers();
        servers.Set(kind.Variable, null);
        servers.Set(kind.WayVariable, way);
        var admin = await servers.HaveAsync(kind);
        await RunAsync(admin, "create table kept(what text); insert into kept values ('it')");
        var unit = servers.Units.Single();

        unit.Processes[0].Identity.Send(Signal.Kill);

        (
            await Until.TrueAsync(
                async () => unit.Restarts >= 1 && await kind.ProblemAsync(admin, CancellationToken.None) is null,
                TimeSpan.FromSeconds(60)
            )
        )
            .Should()
            .BeTrue();
        (await RunAsync(admin, "select what from kept")).Should().Be("it");
        (await RunAsync(admin, "select current_setting('fsync') || current_setting('synchronous_commit')"))
            .Should()
            .Be("onon");
        await servers.StopAsync();
        Strays.Of(servers.Shop.Folder).Should().BeEmpty();
    }

    [Fact]
    public async Task A_cluster_that_was_interrupted_while_it_was_made_is_made_anew()
    {
        var kind = new PostgresServer();
        await using var servers = new RunningServers();
        servers.Set(kind.Variable, null);
        servers.Set(kind.WayVariable, "local");
        var folder = PostgresFolder.Of(servers.Shop.Folder, "postgres");
        using var interrupt = new CancellationTokenSource();
        var starting = servers.HaveAsync(kind, interrupt.Token);
        await TemporaryShop.Eventually(
            () => new[] { folder, folder + ".unfinished" }.Any(made => File.Exists(Path.Combine(made, "PG_VERSION"))),
            "initdb has begun"
        );

        await interrupt.CancelAsync();
        await ((Func<Task>)(() => starting)).Should().ThrowAsync<OperationCanceledException>();

        (await RunAsync(await servers.HaveAsync(kind), "select 'well'")).Should().Be("well");
    }

    private static async Task<object?> RunAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
