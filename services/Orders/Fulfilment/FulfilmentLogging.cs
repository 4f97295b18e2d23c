namespace DaprShop.Orders.Fulfilment;

internal static partial class FulfilmentLogging
{
    [LoggerMessage(
        LogLevel.Warning,
        "What was decided about an order ({Id}) could not be carried out now, and will be tried again: {Cause}"
    )]
    public static partial void LogErrandInterrupted(this ILogger logger, Guid? id, string cause);
}
