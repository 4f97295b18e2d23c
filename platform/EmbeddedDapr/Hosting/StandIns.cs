using EmbeddedDapr.Resources;

namespace EmbeddedDapr.Hosting;

/// <summary>Says once, at the start, which components are kept in PostgreSQL although their YAML names another product.</summary>
internal static class StandIns
{
    public static void LogStandIns(this IServiceProvider services, Sidecars sidecars)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(StandIns));
        foreach (
            var component in sidecars.All.SelectMany(s => s.Components).Distinct().Where(c => c.IsPubSub || c.IsState)
        )
            logger.LogStandIn(component.Name, component.Type);
        foreach (var component in sidecars.All.SelectMany(s => s.Components).Distinct().Where(IsUnknown))
            logger.LogUnservedComponent(component.Name, component.Type);
    }

    private static bool IsUnknown(Component component) =>
        component is { IsPubSub: false, IsState: false, IsSecretStore: false };
}
