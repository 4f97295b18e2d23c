using EmbeddedDapr.Actors;
using EmbeddedDapr.Invocation;
using EmbeddedDapr.Metadata;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Secrets;
using EmbeddedDapr.State;
using EmbeddedDapr.Workflows;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Npgsql;

namespace EmbeddedDapr.Hosting;

/// <summary>The runtime as a host: every sidecar's two ports on one server, everything durable in one PostgreSQL database.</summary>
internal static class Runtime
{
    // How long a stop waits for the deliveries that apps are handling.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    // Bulks of messages in a few system calls each, not in hundreds.
    private const int SessionBuffer = 64 * 1024;
    private const int PreparedStatements = 100;

    /// <param name="sidecars">Whom to serve.</param>
    /// <param name="database">Npgsql connection string of a database that is the runtime's own; it makes its tables itself.</param>
    public static async Task<WebApplication> BuildAsync(
        Sidecars sidecars,
        string database,
        CancellationToken cancellationToken = default
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = sidecars.MaxBodySize;
            foreach (var sidecar in sidecars.All)
            {
                kestrel.ListenLocalhost(sidecar.HttpPort, listen => listen.Protocols = HttpProtocols.Http1);
                kestrel.ListenLocalhost(sidecar.GrpcPort, listen => listen.Protocols = HttpProtocols.Http2);
            }
        });
        builder
            .Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("Grpc", LogLevel.Warning)
            .AddFilter("Yarp", LogLevel.Error);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder
            .Services.AddSingleton(sidecars)
            .AddSingleton(TimeProvider.System)
            .AddSingleton<AppClient>()
            .AddSingleton(_ => NpgsqlDataSource.Create(Session(database)));
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = (int)Math.Min(sidecars.MaxBodySize, int.MaxValue);
            // Several services share one name, and what none of them has is answered by NotSupported.
            grpc.IgnoreUnknownServices = true;
            grpc.Interceptors.Add<ApiErrors.GrpcErrors>();
        });
        builder.Services.AddMetadata();
        builder.Services.AddSecrets();
        builder.Services.AddInvocation();
        builder.Services.AddPubSub();
        builder.Services.AddState();
        builder.Services.AddWorkflows();
        builder.Services.AddActors();

        var app = builder.Build();
        await Schema.CreateAsync(app.Services.GetRequiredService<NpgsqlDataSource>(), cancellationToken);
        app.UseSlashes();
        app.UseApiErrors();
        app.UseApiTokens();
        app.MapMetadata();
        app.MapSecrets();
        app.MapInvocation();
        app.MapPubSub();
        app.MapState();
        app.MapWorkflows();
        app.MapActors();
        app.MapNotSupported();
        app.Services.LogStandIns(sidecars);
        return app;
    }

    private static string Session(string database) =>
        new NpgsqlConnectionStringBuilder(database)
        {
            // Nothing is left in a session that would have to be cleared.
            NoResetOnClose = true,
            // A session keeps the plans it made when a table was empty: they would go on to read all of it.
            Options = "-c enable_seqscan=off",
            MaxAutoPrepare = PreparedStatements,
            ReadBufferSize = SessionBuffer,
            WriteBufferSize = SessionBuffer,
        }.ConnectionString;
}
