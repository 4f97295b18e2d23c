using EmbeddedDapr.Actors;
using EmbeddedDapr.Hosting;
using EmbeddedDapr.Invocation;
using EmbeddedDapr.Metadata;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Secrets;
using EmbeddedDapr.State;
using EmbeddedDapr.Workflows;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Npgsql;

namespace EmbeddedDapr;

/// <summary>
/// Builds the host: one server listens on the HTTP and gRPC ports of all sidecars, and one PostgreSQL database holds
/// all durable state.
/// </summary>
internal static class RuntimeHost
{
    // How long a stop waits for deliveries that apps are still handling.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    // Reads and writes a bulk of messages in a few system calls instead of hundreds.
    private const int SessionBuffer = 64 * 1024;
    private const int PreparedStatements = 100;

    /// <param name="sidecars">The sidecars to serve.</param>
    /// <param name="database">
    /// Npgsql connection string of a database used by the runtime only; the runtime creates its tables there.
    /// </param>
    public static async Task<WebApplication> BuildAsync(
        Sidecars sidecars,
        string database,
        CancellationToken cancellationToken = default
    )
    {
        // Not the working directory: configuration watches its content root, and there PostgreSQL's files change all
        // the time.
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory }
        );
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = sidecars.MaxBodySize;
            // Apps pass on what their clients send, at the clients' pace; it is for them to set a limit.
            kestrel.Limits.MinRequestBodyDataRate = null;
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
            .AddSingleton(_ => NpgsqlDataSource.Create(SessionOf(database)));
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = (int)Math.Min(sidecars.MaxBodySize, int.MaxValue);
            // Several services share one gRPC name; UnsupportedApi answers the methods that none of them has.
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
        await DatabaseSchema.CreateAsync(app.Services.GetRequiredService<NpgsqlDataSource>(), cancellationToken);
        app.UseSingleLeadingSlash();
        app.UseApiErrors();
        app.UseApiTokens();
        app.MapMetadata();
        app.MapSecrets();
        app.MapInvocation();
        app.MapPubSub();
        app.MapState();
        app.MapWorkflows();
        app.MapActors();
        app.MapUnsupportedApi();
        app.Services.LogComponents(sidecars);
        return app;
    }

    internal static string SessionOf(string database) =>
        new NpgsqlConnectionStringBuilder(database)
        {
            // No statement leaves session state behind that a reset would have to clear.
            NoResetOnClose = true,
            // Queue tables are empty one moment and full the next. A cached generic plan from the empty moment would
            // scan the full table; a plan per execution uses the table's current size and costs about 0.3 ms.
            Options = "-c plan_cache_mode=force_custom_plan",
            MaxAutoPrepare = PreparedStatements,
            ReadBufferSize = SessionBuffer,
            WriteBufferSize = SessionBuffer,
        }.ConnectionString;
}
