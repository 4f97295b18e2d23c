using EmbeddedDapr.Actors;
using EmbeddedDapr.Workflows;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Npgsql;

namespace EmbeddedDapr.Hosting;

/// <summary>The runtime as a host: every sidecar's two ports on one server, everything durable in one PostgreSQL database.</summary>
internal static class Runtime
{
    /// <param name="sidecars">Whom to serve.</param>
    /// <param name="database">Npgsql connection string of a database that is the runtime's own; it makes its tables itself.</param>
    public static async Task<WebApplication> BuildAsync(Sidecars sidecars, string database, CancellationToken cancellationToken = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            foreach (var sidecar in sidecars.All)
            {
                kestrel.ListenLocalhost(sidecar.HttpPort, listen => listen.Protocols = HttpProtocols.Http1AndHttp2);
                kestrel.ListenLocalhost(sidecar.GrpcPort, listen => listen.Protocols = HttpProtocols.Http2);
            }
        });
        builder.Services.AddSingleton(sidecars).AddSingleton(TimeProvider.System).AddSingleton(_ => NpgsqlDataSource.Create(database));
        builder.Services.AddGrpc();
        builder.Services.AddWorkflows();
        builder.Services.AddActors();

        var app = builder.Build();
        app.MapWorkflows();
        app.MapActors();
        await Schema.CreateAsync(app.Services.GetRequiredService<NpgsqlDataSource>(), cancellationToken);
        return app;
    }
}
