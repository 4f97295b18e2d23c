using System.Diagnostics;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// The queue in front of <see cref="StockUnitOfWork"/>: concurrent commands share a transaction. Commands with which
/// units arrive have a queue of their own: one of them may fill thousands of backorders, and meanwhile nobody who wants
/// another SKU waits.
/// </summary>
internal sealed class StockCommandQueue(
    GroupCommit<StockCommand, object> group,
    GroupCommit<KeyedCommand, object> arrivals
)
{
    /// <summary>Returns the command's response after its transaction has committed.</summary>
    public async Task<TResponse> RunAsync<TResponse>(StockCommand command, CancellationToken cancellationToken) =>
        (TResponse)
            await (
                command with
                {
                    Trace = TraceOf(Activity.Current),
                } switch
                {
                    KeyedCommand arrival when MayServeLongQueue(arrival) => arrivals.RunAsync(
                        arrival,
                        cancellationToken
                    ),
                    var other => group.RunAsync(other, cancellationToken),
                }
            );

    private static bool MayServeLongQueue(KeyedCommand command) =>
        command
            is BookCommand
                or CountCommand
                or WithholdCommand
                or ReturnCommand
                or ReceiveInboundCommand
                or CloseInboundCommand
                or RepairCommand;

    private static Guid? TraceOf(Activity? activity) =>
        activity is null ? null : Guid.ParseExact(activity.TraceId.ToHexString(), "N");
}
