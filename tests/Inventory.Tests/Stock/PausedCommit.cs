using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Tests.Stock;

/// <summary>
/// The first transaction stops when all is written, before its commit, until it may go on. Later ones do not.
/// </summary>
internal sealed class PausedCommit : IFailpoints
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _continued = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Reached => _reached.Task;

    public void Continue() => _continued.SetResult();

    public Task ReachAsync(string name)
    {
        var isFirst = name.StartsWith("committing-", StringComparison.Ordinal) && _reached.TrySetResult();
        return isFirst ? _continued.Task : Task.CompletedTask;
    }
}
