using Yarp.ReverseProxy.Forwarder;

namespace DaprShop.Gateway.Forwarding;

internal static partial class Logging
{
    [LoggerMessage(LogLevel.Warning, "{Method} {Path} could not be forwarded to {App}: {Error} ({Cause})")]
    public static partial void LogForwardingFailed(
        this ILogger logger,
        string method,
        string path,
        string app,
        ForwarderError error,
        string? cause
    );
}
