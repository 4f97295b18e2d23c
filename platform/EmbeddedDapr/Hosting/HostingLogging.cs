namespace EmbeddedDapr.Hosting;

internal static partial class HostingLogging
{
    [LoggerMessage(
        LogLevel.Information,
        "Component {Component} ({Type}) is stored in PostgreSQL; the embedded sidecar does not connect to that product"
    )]
    public static partial void LogKeptInPostgres(this ILogger logger, string component, string type);

    [LoggerMessage(
        LogLevel.Warning,
        "Component {Component} has the type {Type}, which the embedded sidecar does not support"
    )]
    public static partial void LogUnsupportedComponent(this ILogger logger, string component, string type);
}
