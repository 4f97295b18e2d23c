using System.Diagnostics;

namespace DaprShop.Inventory.Stock;

/// <summary>The queue in front of <see cref="StockUnitOfWork"/>: concurrent commands share a transaction.</summary>
internal sealed class StockCommandQueue(GroupCommit<StockCommand, object> group)
{
    /// <summary>Returns the command's response after its transaction has committed.</summary>
    public async Task<TResponse> RunAsync<TResponse>(StockCommand command, CancellationToken cancellationToken) =>
        (TResponse)await group.RunAsync(command with { Trace = TraceOf(Activity.Current) }, cancellationToken);

    private static Guid? TraceOf(Activity? activity) =>
        activity is null ? null : Guid.ParseExact(activity.TraceId.ToHexString(), "N");
}
