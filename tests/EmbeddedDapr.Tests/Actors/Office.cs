using Dapr.Actors;
using Dapr.Actors.Client;
using DaprShop.TestKit;
using DaprShop.Workflow.Tests.Runtime;
using EmbeddedDapr.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Tests.Actors;

/// <summary>
/// An app with actors of the official package, and its sidecar in the embedded runtime; each can be stopped and
/// started.
/// </summary>
internal sealed class Office : IAsyncDisposable
{
    private readonly Sidecar[] _sidecars;
    private readonly WebApplication?[] _apps;
    private readonly string _database;
    private readonly TimeSpan _idle;
    private readonly Sidecar _neighbour = new("neighbour", Ports.Free(), Ports.Free(), Ports.Free());
    private WebApplication? _runtime;

    private Office(string database, Diary diary, int replicas, TimeSpan idle)
    {
        (_database, Diary, _idle, _apps) = (database, diary, idle, new WebApplication?[replicas]);
        _sidecars =
        [
            .. Enumerable
                .Range(0, replicas)
                .Select(_ => new Sidecar("clerks", Ports.Free(), Ports.Free(), Ports.Free())),
        ];
    }

    public Diary Diary { get; }

    public HttpClient Http { get; } = new();

    public Uri Sidecar => new($"http://127.0.0.1:{_sidecars[0].HttpPort}");

    /// <param name="beside">An office whose database and diary are shared, as by a second process.</param>
    public static async Task<Office> OpenAsync(int replicas = 1, TimeSpan? idle = null, Office? beside = null)
    {
        var database = beside?._database
            ?? (await (await LocalPostgres.SharedAsync()).CreateDatabaseAsync("orders")).Owner;
        var office = new Office(database, beside?.Diary ?? new(), replicas, idle ?? TimeSpan.FromHours(1));
        await office.StartRuntimeAsync();
        for (var replica = 0; replica < replicas; replica++)
            await office.StartAppAsync(replica);
        return office;
    }

    public IClerk Clerk(string id) =>
        ActorProxy.Create<IClerk>(
            new ActorId(id),
            nameof(Clerk),
            new ActorProxyOptions
            {
                HttpEndpoint = Sidecar.ToString().TrimEnd('/'),
                RequestTimeout = TimeSpan.FromSeconds(20),
            }
        );

    public async Task StartRuntimeAsync()
    {
        _runtime = await RuntimeHost.BuildAsync(new Sidecars([.. _sidecars, _neighbour]), _database);
        await _runtime.StartAsync();
    }

    public async Task StopRuntimeAsync()
    {
        if (_runtime is not { } runtime)
            return;
        _runtime = null;
        await runtime.StopAsync(new CancellationToken(canceled: true));
        await runtime.DisposeAsync();
    }

    public async Task StartAppAsync(int replica = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(_sidecars[replica].AppAddress.ToString());
        builder
            .Services.AddSingleton(Diary)
            .AddActors(options =>
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

    /// <summary>Another app of the runtime with this actor configuration; it accepts all calls.</summary>
    public async Task<WebApplication> StartNeighbourAsync(string config)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(_neighbour.AppAddress.ToString());
        var app = builder.Build();
        app.MapGet("/dapr/config", () => Results.Text(config));
        app.MapFallback(() => Results.Ok());
        await app.StartAsync();
        return app;
    }

    public Task<HttpResponseMessage> CallAsync(string type) =>
        Http.PutAsync(new Uri(Sidecar, $"/v1.0/actors/{type}/a/method/Any"), null);

    public async Task StopAppAsync(int replica = 0)
    {
        if (_apps[replica] is not { } app)
            return;
        _apps[replica] = null;
        await app.StopAsync();
        await app.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        for (var replica = 0; replica < _apps.Length; replica++)
            await StopAppAsync(replica);
        await StopRuntimeAsync();
        Http.Dispose();
    }
}
