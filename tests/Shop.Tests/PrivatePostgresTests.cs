using System.Diagnostics;
using System.Globalization;
using DaprShop.Shop.Databases;
using DaprShop.Shop.Postgres;
using DaprShop.Shop.Processes;
using DaprShop.TestKit;
using Npgsql;

namespace DaprShop.Shop.Tests;

public sealed class PrivatePostgresTests
{
    [Fact]
    public async Task The_app_role_may_use_the_owners_tables_only_as_granted()
    {
        var database = await (await LocalPostgres.SharedAsync()).CreateDatabaseAsync("orders");
        await RunAsync(
            database.Owner,
            "create table kept(id int); create table granted(id int); grant insert, select on granted to orders_app"
        );

        await RunAsync(database.App, "insert into granted values (1)");

        await Refused(database.App, "insert into kept values (1)");
        await Refused(database.App, "delete from granted");
        await Refused(database.App, "create table mine(id int)");
    }

    [Fact]
    public async Task The_auditor_may_read_everything_and_change_nothing()
    {
        var database = await (await LocalPostgres.SharedAsync()).CreateDatabaseAsync("inventory");
        await RunAsync(database.Owner, "create table levels(id int)");

        await RunAsync(database.Auditor, "select * from levels");

        await Refused(database.Auditor, "insert into levels values (1)");
    }

    [Fact]
    public async Task No_role_may_connect_to_the_database_of_another_service()
    {
        var postgres = await LocalPostgres.SharedAsync();
        var orders = await postgres.CreateDatabaseAsync("orders");
        var payments = await postgres.CreateDatabaseAsync("payments");

        await Refused(
            new NpgsqlConnectionStringBuilder(orders.App) { Database = payments.Name }.ConnectionString,
            "select 1"
        );
    }

    [Fact]
    public async Task Only_its_owner_may_connect_to_the_database_of_the_sidecars()
    {
        var admin = (await LocalPostgres.SharedAsync()).Admin;
        await new Provisioner(admin).CreateDatabaseAsync("dapr", "dapr_1", TestContext.Current.CancellationToken);

        var roles = await RunAsync(
            admin,
            """
            select string_agg(rolname, ' ') from pg_roles
            where not rolsuper and rolname !~ '^pg_' and has_database_privilege(oid, 'dapr_1', 'connect')
            """
        );

        roles.Should().Be("dapr_owner");
    }

    [Fact]
    public async Task Every_commit_is_durable()
    {
        var postgres = await LocalPostgres.SharedAsync();

        (await RunAsync(postgres.Admin, "select current_setting('fsync') || current_setting('synchronous_commit')"))
            .Should()
            .Be("onon");
    }

    [Fact]
    public async Task A_start_waits_until_the_system_has_reaped_a_killed_postmaster()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Zombie processes are tested on Linux only.");
        var folder = Directory.CreateTempSubdirectory("daprshop-cluster-");
        // A child of a shell that ends after the shell has replaced itself with cat, which does not reap it. A shell
        // might reap it at once.
        using var parent = Process.Start(
            new ProcessStartInfo("sh", ["-c", "sleep 0.2 & echo $!; exec cat"])
            {
                RedirectStandardOutput = true,
                RedirectStandardInput = true,
            }
        )!;
        var zombie = int.Parse(
            (await parent.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!,
            CultureInfo.InvariantCulture
        );
        await Wait.UntilAsync(() => !ProcessIdentity.Of(zombie).IsAlive, "the child has ended");
        Directory.Exists($"/proc/{zombie}").Should().BeTrue("it is not reaped");
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "postmaster.pid"),
            $"{zombie}\n",
            TestContext.Current.CancellationToken
        );
        var reaps = Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken)
            .ContinueWith(_ => parent.StandardInput.Close(), TaskScheduler.Default);

        await new PostgresCluster(
            folder.FullName,
            Path.Combine(folder.FullName, "log"),
            PostgresBinaries.Find()
        ).ServerAsync(1, TestContext.Current.CancellationToken);

        Directory.Exists($"/proc/{zombie}").Should().BeFalse();
        await reaps;
        folder.Delete(recursive: true);
    }

    private static async Task<object?> RunAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    private static async Task Refused(string connectionString, string sql)
    {
        var act = () => RunAsync(connectionString, sql);
        (await act.Should().ThrowAsync<PostgresException>())
            .Which.SqlState.Should()
            .Be(PostgresErrorCodes.InsufficientPrivilege);
    }
}
