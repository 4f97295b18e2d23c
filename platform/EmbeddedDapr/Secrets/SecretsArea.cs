using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.Secrets;

/// <summary>The secrets API, over HTTP and gRPC.</summary>
internal static class SecretsArea
{
    public static IServiceCollection AddSecrets(this IServiceCollection services) =>
        services.AddSingleton<SecretStores>().AddDaprService<SecretsService>();

    public static void MapSecrets(this WebApplication app)
    {
        // Asked for here, so that a store that cannot be served ends the start.
        var stores = app.Services.GetRequiredService<SecretStores>();
        var sidecars = app.Services.GetRequiredService<Sidecars>();
        app.MapGet("/v1.0/secrets/{store}/bulk", (HttpContext context, string store) =>
            stores
                .All(sidecars.Of(context), store)
                .ToDictionary(s => s.Key, s => new Dictionary<string, string> { [s.Key] = s.Value })
        );
        app.MapGet("/v1.0/secrets/{store}/{key}", (HttpContext context, string store, string key) =>
            new Dictionary<string, string> { [key] = stores.Get(sidecars.Of(context), store, key) }
        );
        app.MapGrpcService<SecretsService>();
    }
}
