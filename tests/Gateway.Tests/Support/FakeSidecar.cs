using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DaprShop.Gateway.Tests;

/// <summary>Responds like the HTTP port of daprd and records the calls.</summary>
internal sealed class FakeSidecar : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeSidecar(WebApplication app) => _app = app;

    public ConcurrentQueue<Call> Calls { get; } = [];

    /// <summary>Responds for the invoked service.</summary>
    public Func<HttpContext, Task> Respond { get; set; } = context => context.Response.WriteAsync("fine");

    /// <summary>Responds to health requests.</summary>
    public Func<HttpContext, Task> Health { get; set; } =
        context =>
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        };

    /// <summary>Forgets the calls and responds as at the start: what a test has changed is not for the next one.</summary>
    public FakeSidecar Reset()
    {
        Calls.Clear();
        Respond = context => context.Response.WriteAsync("fine");
        return this;
    }

    public string Address =>
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public static async Task<FakeSidecar> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var sidecar = new FakeSidecar(app);
        app.Run(async context =>
        {
            if (context.Request.Path.StartsWithSegments("/v1.0/healthz", StringComparison.Ordinal))
            {
                await sidecar.Health(context);
                return;
            }

            using var body = new StreamReader(context.Request.Body);
            sidecar.Calls.Enqueue(
                new Call(
                    context.Request.Method,
                    context.Request.Path + context.Request.QueryString.Value,
                    context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()),
                    await body.ReadToEndAsync()
                )
            );
            context.Response.ContentType = "text/plain";
            await sidecar.Respond(context);
        });
        await app.StartAsync();
        return sidecar;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    internal sealed record Call(string Method, string Path, Dictionary<string, string> Headers, string Body);
}
