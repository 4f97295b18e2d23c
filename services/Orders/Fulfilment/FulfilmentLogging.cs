namespace DaprShop.Orders.Fulfilment;

internal static partial class FulfilmentLogging
{
    [LoggerMessage(LogLevel.Warning, "Claiming shipments and returns failed and is retried: {Cause}")]
    public static partial void LogClaimFailed(this ILogger logger, string cause);

    [LoggerMessage(LogLevel.Warning, "The {Kind} {Id} could not be executed and is retried: {Cause}")]
    public static partial void LogExecutionFailed(this ILogger logger, string kind, Guid id, string cause);
}
