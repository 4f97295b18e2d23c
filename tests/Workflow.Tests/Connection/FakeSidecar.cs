using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Threading.Channels;
using Dapr.Workflow.Protocol;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace DaprShop.Workflow.Tests.Connection;

/// <summary>A sidecar that does what a test tells it: gRPC framed by hand, over plain HTTP/2.</summary>
internal sealed class FakeSidecar : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<WorkItem> _work = Channel.CreateUnbounded<WorkItem>();
    private volatile CancellationTokenSource _stream = new();
    private int _connections;

    private FakeSidecar(WebApplication app, int port) => (_app, Port) = (app, port);

    public int Port { get; }

    /// <summary>How often a worker has asked for work.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public ConcurrentQueue<string> Tokens { get; } = new();

    public ConcurrentQueue<WorkflowResponse> Turns { get; } = new();

    public ConcurrentQueue<ActivityResponse> Activities { get; } = new();

    /// <summary>Whose work has been answered.</summary>
    public IEnumerable<string> Answered =>
        Turns.Select(answer => answer.InstanceId).Concat(Activities.Select(answer => answer.InstanceId));

    /// <summary>How each call is answered; null for the ordinary way. May take its time.</summary>
    public Func<string, Task<StatusCode?>> Answer { get; set; } = _ => Task.FromResult<StatusCode?>(null);

    public GetInstanceResponse Instance { get; set; } = new();

    public static async Task<FakeSidecar> StartAsync(int? port = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var listen = port ?? Runtime.Ports.Free();
        builder.WebHost.ConfigureKestrel(options =>
            options.ListenLocalhost(listen, listener => listener.Protocols = HttpProtocols.Http2)
        );
        var app = builder.Build();
        var sidecar = new FakeSidecar(app, listen);
        app.MapPost("/TaskHubSidecarService/{method}", (string method, HttpContext http) =>
            sidecar.ServeAsync(method, http)
        );
        await app.StartAsync();
        return sidecar;
    }

    public void Send(WorkItem item) => _work.Writer.TryWrite(item);

    public void SendActivity(string name, string instanceId, int taskId = 0) =>
        Send(
            new WorkItem
            {
                ActivityRequest = new ActivityRequest
                {
                    Name = name,
                    TaskId = taskId,
                    WorkflowInstance = new WorkflowInstance { InstanceId = instanceId },
                },
            }
        );

    public void SendTurn(string name, string instanceId) =>
        Send(
            new WorkItem
            {
                WorkflowRequest = new WorkflowRequest
                {
                    InstanceId = instanceId,
                    NewEvents = { Engine.Past.Turn(), Engine.Past.Begun(name: name) },
                },
            }
        );

    /// <summary>Ends the present stream of work.</summary>
    public void Hangup() => Interlocked.Exchange(ref _stream, new CancellationTokenSource()).Cancel();

    public async ValueTask DisposeAsync()
    {
        Hangup();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _stream.Dispose();
    }

    private async Task ServeAsync(string method, HttpContext http)
    {
        if (http.Request.Headers.TryGetValue("dapr-api-token", out var token))
            Tokens.Enqueue(token.ToString());
        http.Response.ContentType = "application/grpc";
        var body = await ReadAsync(http.Request.Body);
        var status = await Answer(method) ?? StatusCode.OK;
        if (status == StatusCode.OK)
            await ServeAsync(method, body, http);
        http.Response.AppendTrailer("grpc-status", $"{(int)status}");
    }

    private async Task ServeAsync(string method, byte[] body, HttpContext http)
    {
        switch (method)
        {
            case "GetWorkItems":
                await StreamAsync(http);
                return;
            case "CompleteWorkflowTask":
                Turns.Enqueue(WorkflowResponse.Parser.ParseFrom(body));
                break;
            case "CompleteActivityTask":
                Activities.Enqueue(ActivityResponse.Parser.ParseFrom(body));
                break;
        }

        IMessage reply = method switch
        {
            "StartInstance" => new CreateInstanceResponse
            {
                InstanceId = CreateInstanceRequest.Parser.ParseFrom(body).InstanceId,
            },
            "GetInstance" or "WaitForInstanceCompletion" => Instance,
            _ => new Google.Protobuf.WellKnownTypes.Empty(),
        };
        await WriteAsync(http.Response, reply);
    }

    private async Task StreamAsync(HttpContext http)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stream.Token);
        Interlocked.Increment(ref _connections);
        await http.Response.StartAsync();
        try
        {
            await foreach (var item in _work.Reader.ReadAllAsync(ended.Token))
                await WriteAsync(http.Response, item);
        }
        catch (OperationCanceledException) { }
    }

    private static async Task<byte[]> ReadAsync(Stream body)
    {
        using var all = new MemoryStream();
        await body.CopyToAsync(all);
        return all.ToArray()[5..];
    }

    private static async Task WriteAsync(HttpResponse response, IMessage message)
    {
        var frame = new byte[5 + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - 5);
        message.WriteTo(frame.AsSpan(5));
        await response.Body.WriteAsync(frame);
        await response.Body.FlushAsync();
    }
}
