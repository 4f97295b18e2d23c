using Yarp.ReverseProxy.Forwarder;

namespace DaprShop.Gateway;

internal static partial class Logging
{
    [LoggerMessage(LogLevel.Warning, "{Method} {Path} did not reach {App}: {Error} ({Cause})")]
    public static partial void LogForwardingFailed(
        this ILogger logger,
        string method,
        string path,
        string app,
        ForwarderError error,
        string? cause
    );
}
