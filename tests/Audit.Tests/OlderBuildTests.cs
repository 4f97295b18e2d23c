using DaprShop.Contracts;
using DaprShop.Shop;
using DaprShop.Shop.Databases;
using DaprShop.Shop.Secrets;
using DaprShop.Shop.Topology;
using DaprShop.TestKit;
using Npgsql;

namespace DaprShop.Audit.Tests;

/// <summary><c>./shop up</c> refuses databases that another build has migrated.</summary>
public sealed class OlderBuildTests : IDisposable
{
    private const string UnknownMigration = "20200101000000_OfAnOlderBuild";
    private static readonly string[] Services = [Apps.Orders, Apps.Inventory, Apps.Payments, Apps.History];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("daprshop-older-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Databases_that_this_build_has_migrated_are_accepted()
    {
        var migrations = Migrations(await AuditTestDatabases.CreateAsync());

        await migrations.RefuseOlderDatabasesAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Empty_databases_are_accepted()
    {
        var server = await LocalPostgres.SharedAsync();
        var owners = new Dictionary<string, string>();
        foreach (var service in Services)
            owners[service] = (await server.CreateDatabaseAsync(service)).Owner;

        await Migrations(owners).RefuseOlderDatabasesAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_database_with_a_migration_that_this_build_does_not_have_is_refused_with_what_to_do()
    {
        var databases = await AuditTestDatabases.CreateAsync();
        await RunAsync(
            databases[Apps.Payments].Owner,
            $"""insert into "__EFMigrationsHistory" values ('{UnknownMigration}', '10.0.0')"""
        );

        var check = () => Migrations(databases).RefuseOlderDatabasesAsync(TestContext.Current.CancellationToken);

        await check
            .Should()
            .ThrowAsync<ShopException>()
            .WithMessage($"*made by an older build*'payments'*({UnknownMigration})*./shop down --wipe*older build.");
    }

    [Fact]
    public async Task The_migrations_in_a_program_are_those_that_it_applies()
    {
        var databases = await AuditTestDatabases.CreateAsync();

        foreach (var service in Services)
        {
            await using var connection = new NpgsqlConnection(databases[service].Owner);
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = new NpgsqlCommand(
                """select array_agg(migration_id) from "__EFMigrationsHistory" """,
                connection
            );
            var applied = (string[])(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
            MigrationAssembly
                .Migrations(Path.Combine(AppContext.BaseDirectory, ProgramOf(service)))
                .Should()
                .BeEquivalentTo(applied)
                .And.NotBeEmpty();
        }
    }

    private Migrations Migrations(AuditTestDatabases databases) =>
        Migrations(Services.ToDictionary(service => service, service => databases[service].Owner));

    private Migrations Migrations(Dictionary<string, string> owners)
    {
        var shop = new ShopFolder(_folder.FullName);
        shop.Create();
        PrivateFile.Write(shop.Owner, owners);
        var apps = Services.Select(service =>
            $"- {{ appID: {service}, appDirPath: {AppContext.BaseDirectory}, command: [dotnet, "
            + $"{ProgramOf(service)}] }}"
        );
        var yaml = $"common: {{ configFilePath: ./config.yaml }}\napps:\n{string.Join('\n', apps)}";
        return new Migrations(shop, DaprFile.Parse(yaml, shop.Root));
    }

    private static string ProgramOf(string service) =>
        $"DaprShop.{char.ToUpperInvariant(service[0])}{service[1..]}.dll";

    private static async Task RunAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
