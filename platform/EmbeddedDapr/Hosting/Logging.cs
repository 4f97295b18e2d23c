namespace EmbeddedDapr.Hosting;

internal static partial class Logging
{
    [LoggerMessage(
        LogLevel.Information,
        "The component {Component} ({Type}) is kept in PostgreSQL: the embedded sidecar does not connect to the product that its YAML names"
    )]
    public static partial void LogStandIn(this ILogger logger, string component, string type);

    [LoggerMessage(
        LogLevel.Warning,
        "The component {Component} is a {Type}, which the embedded sidecar does not serve"
    )]
    public static partial void LogUnservedComponent(this ILogger logger, string component, string type);
}
