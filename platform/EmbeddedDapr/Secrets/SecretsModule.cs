using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.Secrets;

/// <summary>The secrets API, over HTTP and gRPC.</summary>
internal static class SecretsModule
{
    public static IServiceCollection AddSecrets(this IServiceCollection services) =>
        services.AddSingleton<SecretStores>().AddDaprService<SecretsService>();

    public static void MapSecrets(this IEndpointRouteBuilder routes)
    {
        // Resolved here, so that an unsupported store fails the start.
        _ = routes.ServiceProvider.GetRequiredService<SecretStores>();
        routes.MapGet("/v1.0/secrets/{store}/bulk", GetAll);
        routes.MapGet("/v1.0/secrets/{store}/{key}", Get);
        routes.MapGrpcService<SecretsService>();
    }

    private static Dictionary<string, Dictionary<string, string>> GetAll(
        string store,
        HttpContext context,
        SecretStores stores,
        Sidecars sidecars
    ) =>
        stores
            .All(sidecars.Of(context), store)
            .ToDictionary(s => s.Key, s => new Dictionary<string, string> { [s.Key] = s.Value });

    private static Dictionary<string, string> Get(
        string store,
        string key,
        HttpContext context,
        SecretStores stores,
        Sidecars sidecars
    ) => new() { [key] = stores.Get(sidecars.Of(context), store, key) };
}
