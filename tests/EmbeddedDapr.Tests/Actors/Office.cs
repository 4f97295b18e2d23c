using Dapr.Actors;
using Dapr.Actors.Client;
using DaprShop.TestKit;
using DaprShop.Workflow.Tests.Runtime;
using EmbeddedDapr.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Tests.Actors;

/// <summary>An app with actors of the official package, and its sidecar in the embedded runtime; each can be stopped and started.</summary>
internal sealed class Office : IAsyncDisposable
{
    private readonly Sidecar[] _sidecars;
    private readonly WebApplication?[] _apps;
    private readonly string _database;
    private readonly TimeSpan _idle;
    private WebApplication? _runtime;

    private Office(string database, int replicas, TimeSpan idle)
    {
        (_database, _idle, _apps) = (database, idle, new WebApplication?[replicas]);
        _sidecars = [.. Enumerable.Range(0, replicas).Select(_ => new Sidecar("clerks", Ports.Free(), Ports.Free(), Ports.Free()))];
    }

    public Diary Diary { get; } = new();

    public HttpClient Http { get; } = new();

    public Uri Sidecar => new($"http://127.0.0.1:{_sidecars[0].HttpPort}");

    public static async Task<Office> OpenAsync(int replicas = 1, TimeSpan? idle = null)
    {
        var office = new Office((await (await LocalPostgres.SharedAsync()).CreateDatabaseAsync("orders")).Owner, replicas, idle ?? TimeSpan.FromHours(1));
        await office.StartRuntimeAsync();
        for (var replica = 0; replica < replicas; replica++) await office.StartAppAsync(replica);
        return office;
    }

    public IClerk Clerk(string id) =>
        ActorProxy.Create<IClerk>(new ActorId(id), nameof(Clerk), new ActorProxyOptions { HttpEndpoint = Sidecar.ToString().TrimEnd('/'), RequestTimeout = TimeSpan.FromSeconds(20) });

    public async Task StartRuntimeAsync()
    {
        _runtime = await Hosting.Runtime.BuildAsync(new Sidecars(_sidecars), _database);
        await _runtime.StartAsync();
    }

    public async Task StopRuntimeAsync()
    {
        if (_runtime is not { } runtime) return;
        _runtime = null;
        await runtime.StopAsync(new CancellationToken(canceled: true));
        await runtime.DisposeAsync();
    }

    public async Task StartAppAsync(int replica = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(_sidecars[replica].AppAddress.ToString());
        builder.Services.AddSingleton(Diary).AddActors(options =>
        {
            options.HttpEndpoint = $"http://127.0.0.1:{_sidecars[replica].HttpPort}";
            options.ActorIdleTimeout = _idle;
            options.Actors.RegisterActor<Clerk>();
        });
        var app = builder.Build();
        app.MapActorsHandlers();
        await app.StartAsync();
        _apps[replica] = app;
    }

    public async Task StopAppAsync(int replica = 0)
    {
        if (_apps[replica] is not { } app) return;
        _apps[replica] = null;
        await app.StopAsync();
        await app.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        for (var replica = 0; replica < _apps.Length; replica++) await StopAppAsync(replica);
        await StopRuntimeAsync();
        Http.Dispose();
    }
}
