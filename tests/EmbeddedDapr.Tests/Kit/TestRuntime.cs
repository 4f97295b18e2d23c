using Dapr.Client;
using DaprShop.TestKit;
using EmbeddedDapr.Hosting;
using Microsoft.AspNetCore.Builder;

namespace EmbeddedDapr.Tests.Kit;

/// <summary>A runtime in this process, on a real database.</summary>
internal sealed class TestRuntime : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestRuntime(WebApplication app, string database) => (_app, Database) = (app, database);

    /// <summary>Connection string of the runtime's database.</summary>
    public string Database { get; }

    public IServiceProvider Services => _app.Services;

    public static Task<string> NewDatabaseAsync() => LocalPostgres.SharedAsync().ContinueWith(p => p.Result.CreateDatabaseAsync("orders")).Unwrap().ContinueWith(d => d.Result.Owner);

    public static async Task<TestRuntime> StartAsync(params Sidecar[] sidecars) => await StartOnAsync(await NewDatabaseAsync(), sidecars);

    public static async Task<TestRuntime> StartOnAsync(string database, params Sidecar[] sidecars)
    {
        var app = await Runtime.BuildAsync(new Sidecars(sidecars), database);
        await app.StartAsync();
        return new(app, database);
    }

    /// <summary>The official client, at a sidecar's ports.</summary>
    public static DaprClient ClientOf(Sidecar sidecar, string? token = null)
    {
        var builder = new DaprClientBuilder().UseHttpEndpoint($"http://127.0.0.1:{sidecar.HttpPort}").UseGrpcEndpoint($"http://127.0.0.1:{sidecar.GrpcPort}");
        return (token is null ? builder : builder.UseDaprApiToken(token)).Build();
    }

    public static HttpClient HttpOf(Sidecar sidecar) => new() { BaseAddress = new($"http://127.0.0.1:{sidecar.HttpPort}") };

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
