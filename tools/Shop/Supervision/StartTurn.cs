using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Supervision;

/// <summary>
/// Lets one start of a shop after the other: a second one waits until the first is ready or has failed. The operating
/// system ends the turn of a start that dies.
/// </summary>
internal static class StartTurn
{
    /// <summary>Waits for the turn, which ends when the result is disposed.</summary>
    /// <param name="waiting">Called once when another start has the turn.</param>
    /// <param name="timeout">How long a start may take.</param>
    /// <exception cref="ShopException">The other start took longer.</exception>
    public static async Task<IDisposable> TakeAsync(
        ShopFolder shop,
        Action waiting,
        TimeSpan timeout,
        CancellationToken cancel
    )
    {
        shop.Create();
        var turn = TryTake(shop);
        if (turn is not null)
            return turn;
        waiting();
        await Poll.UntilAsync(() => Task.FromResult((turn = TryTake(shop)) is not null), timeout, cancel);
        return turn
            ?? throw new ShopException(
                $"Another process has been starting this shop for {timeout.TotalMinutes:0} minutes. Run `./shop status` "
                    + "to see its progress, or `./shop down` to end it."
            );
    }

    private static FileStream? TryTake(ShopFolder shop)
    {
        try
        {
            // Kept, unlike the lock of a supervisor: deleted, it could be locked twice, under its old and its new name.
            return new FileStream(shop.Starting, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
