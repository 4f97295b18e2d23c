using EmbeddedDapr.Hosting;

var runtime = await Runtime.BuildAsync(new Sidecars([]), Environment.GetEnvironmentVariable("EMBEDDED_DAPR_POSTGRES")
    ?? throw new InvalidOperationException("EMBEDDED_DAPR_POSTGRES is not set: the connection string of the runtime's own database."));
await runtime.RunAsync();
