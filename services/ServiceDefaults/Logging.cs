using Microsoft.Extensions.Logging;

namespace DaprShop.ServiceDefaults;

internal static partial class Logging
{
    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    public static partial void LogRequestFailed(this ILogger logger, string method, string path, Exception exception);

    [LoggerMessage(LogLevel.Warning, "{Worker} was interrupted and retries: {Cause}")]
    public static partial void LogPassFailed(this ILogger logger, string worker, string cause);
}
