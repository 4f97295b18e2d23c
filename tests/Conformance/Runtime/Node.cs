using System.Globalization;
using Dapr.Client;
using DaprShop.Shop.Networking;
using DaprShop.Shop.Processes;
using DaprShop.TestKit;
using DaprShop.TestKit.Servers;

namespace DaprShop.Conformance.Runtime;

/// <summary>An app process, its sidecar, and the record of the app.</summary>
internal sealed class Node(Stage stage, NodeSpec spec, int index) : IAsyncDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private OwnedProcess? _app;
    private DaprClient? _client;

    public NodeSpec Spec => spec;

    public string Name { get; } = $"{spec.AppId}-{index}";

    public int AppPort { get; } = FreePort.Take();

    public int HttpPort { get; } = FreePort.Take();

    public int GrpcPort { get; } = FreePort.Take();

    public DaprClient Client =>
        _client ??= new DaprClientBuilder()
            .UseHttpEndpoint($"http://127.0.0.1:{HttpPort}")
            .UseGrpcEndpoint($"http://127.0.0.1:{GrpcPort}")
            .Build();

    public string AppLog => Path.Combine(stage.Folder, Name + ".log");

    private string RecordFile => Path.Combine(stage.Folder, Name + ".record");

    public IReadOnlyList<Delivery> Record => Delivery.Read(RecordFile);

    /// <summary>The numbers with the event <paramref name="what"/>, in order, including repeats.</summary>
    public IReadOnlyList<long> Numbers(string what, string subject) =>
        [.. Record.Where(d => d.What == what && d.Subject == subject && d.Number > 0).Select(d => d.Number)];

    /// <summary>The received and unfinished numbers, including late probes, which delay later messages, too.</summary>
    public IReadOnlyList<long> InProgress(string subject) =>
        [
            .. Record
                .Where(d => d.Subject == subject)
                .GroupBy(d => d.Number)
                .Where(g => g.All(d => d.What == "received"))
                .SelectMany(g => g.Select(d => d.Number)),
        ];

    /// <summary>
    /// Starts the app and, unless it is running, its sidecar; returns when the sidecar reports both as healthy.
    /// </summary>
    public async Task StartAsync(string behaviour = "handle")
    {
        StartApp(behaviour);
        await stage.StartSidecarAsync(this);
        await Wait.UntilAsync(() => AppAnswersAsync(spec.Program.Health), $"{Name} answers", stage.Logs);
        await Wait.UntilAsync(
            () => TryAsync(() => _http.GetAsync(new Uri($"http://127.0.0.1:{HttpPort}/v1.0/healthz"))),
            $"{Name} and its sidecar are healthy",
            stage.Logs
        );
    }

    public void StartApp(string behaviour = "handle")
    {
        _app = OwnedProcess.Start(
            new ProcessSpec(Name, "dotnet", spec.Program.Path)
            {
                WorkingDirectory = stage.Folder,
                LogFile = AppLog,
                Environment = new Dictionary<string, string>(spec.Environment)
                {
                    ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{Text(AppPort)}",
                    ["DAPR_HTTP_PORT"] = Text(HttpPort),
                    ["DAPR_GRPC_PORT"] = Text(GrpcPort),
                    ["RECORD"] = RecordFile,
                    ["SUBSCRIPTIONS"] = string.Join(';', spec.Subscriptions),
                    ["WORKFLOWS"] = spec.Workflows ? "true" : "false",
                    ["BEHAVIOUR"] = behaviour,
                    ["DOTNET_TieredPGO"] = "0",
                },
            }
        );
        Orphans.Add(_app);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAppAsync()
    {
        if (_app is null)
            return;
        _app.Identity.Send(ProcessSignal.Kill);
        await _app.DisposeAsync();
    }

    public Task KillSidecarAsync() => stage.KillSidecarAsync(this);

    public async Task BehaveAsync(string behaviour)
    {
        using var answer = await _http.PutAsync(new Uri($"http://127.0.0.1:{AppPort}/behaviour/{behaviour}"), null);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Posts to the app until it returns a success.</summary>
    public Task PostAsync(string path) =>
        Wait.UntilAsync(
            () => TryAsync(() => _http.PostAsync(new Uri($"http://127.0.0.1:{AppPort}/{path}"), null)),
            $"{Name} accepts {path}",
            stage.Logs
        );

    /// <summary>True when the app returns a success for <paramref name="path"/>.</summary>
    public Task<bool> AppAnswersAsync(string path) =>
        TryAsync(() => _http.GetAsync(new Uri($"http://127.0.0.1:{AppPort}/{path}")));

    public async ValueTask DisposeAsync()
    {
        await KillAppAsync();
        _client?.Dispose();
        _http.Dispose();
    }

    private static async Task<bool> TryAsync(Func<Task<HttpResponseMessage>> request)
    {
        try
        {
            using var answer = await request();
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
