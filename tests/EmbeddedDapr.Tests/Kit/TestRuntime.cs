using Dapr.Client;
using DaprShop.TestKit;
using EmbeddedDapr.Hosting;
using Microsoft.AspNetCore.Builder;
using Npgsql;

namespace EmbeddedDapr.Tests.Kit;

/// <summary>A runtime in this process, on a real database.</summary>
internal sealed class TestRuntime : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly bool _ownsDatabase;

    private TestRuntime(WebApplication app, string database, bool ownsDatabase) =>
        (_app, Database, _ownsDatabase) = (app, database, ownsDatabase);

    /// <summary>Connection string of the runtime's database.</summary>
    public string Database { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<string> NewDatabaseAsync() =>
        (await (await LocalPostgres.SharedAsync()).CreateDatabaseAsync("orders")).Owner;

    /// <summary>Starts on a new database, which is dropped at the end.</summary>
    public static async Task<TestRuntime> StartAsync(params Sidecar[] sidecars) =>
        await StartAsync(await NewDatabaseAsync(), ownsDatabase: true, sidecars);

    /// <summary>Starts on a database that other runtimes share.</summary>
    public static Task<TestRuntime> StartOnAsync(string database, params Sidecar[] sidecars) =>
        StartAsync(database, ownsDatabase: false, sidecars);

    private static async Task<TestRuntime> StartAsync(string database, bool ownsDatabase, Sidecar[] sidecars)
    {
        var app = await RuntimeHost.BuildAsync(new Sidecars(sidecars), database);
        await app.StartAsync();
        return new(app, database, ownsDatabase);
    }

    /// <summary>The official client of a sidecar.</summary>
    public static DaprClient ClientOf(Sidecar sidecar, string? token = null)
    {
        var builder = new DaprClientBuilder()
            .UseHttpEndpoint($"http://127.0.0.1:{sidecar.HttpPort}")
            .UseGrpcEndpoint($"http://127.0.0.1:{sidecar.GrpcPort}");
        return (token is null ? builder : builder.UseDaprApiToken(token)).Build();
    }

    public static HttpClient HttpOf(Sidecar sidecar) =>
        new() { BaseAddress = new($"http://127.0.0.1:{sidecar.HttpPort}") };

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (!_ownsDatabase)
            return;
        // Dropped now: a server with a hundred databases takes long to delete.
        await Sql.ScalarAsync<object>(
            (await LocalPostgres.SharedAsync()).Admin,
            $"drop database {new NpgsqlConnectionStringBuilder(Database).Database} with (force)"
        );
    }
}
