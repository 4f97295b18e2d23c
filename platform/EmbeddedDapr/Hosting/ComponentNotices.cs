using EmbeddedDapr.Resources;

namespace EmbeddedDapr.Hosting;

/// <summary>Logs at start which components PostgreSQL replaces, and which are not supported.</summary>
internal static class ComponentNotices
{
    public static void LogComponents(this IServiceProvider services, Sidecars sidecars)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ComponentNotices));
        foreach (
            var component in sidecars.All.SelectMany(s => s.Components).Distinct().Where(c => c.IsPubSub || c.IsState)
        )
            logger.LogKeptInPostgres(component.Name, component.Type);
        foreach (var component in sidecars.All.SelectMany(s => s.Components).Distinct().Where(IsUnknown))
            logger.LogUnsupportedComponent(component.Name, component.Type);
    }

    private static bool IsUnknown(Component component) =>
        component is { IsPubSub: false, IsState: false, IsSecretStore: false };
}
