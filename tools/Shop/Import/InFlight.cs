namespace DaprShop.Shop.Import;

/// <summary>Work that starts in order, so much of it at a time.</summary>
internal static class InFlight
{
    /// <summary>Returns when all is done; the first failure ends it.</summary>
    public static async Task RunAsync<T>(
        IEnumerable<T> items,
        int limit,
        Func<T, CancellationToken, Task> work,
        CancellationToken cancel
    )
    {
        using var room = new SemaphoreSlim(limit);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Exception? failure = null;
        foreach (var item in items)
        {
            await room.WaitAsync(cancel);
            if (Volatile.Read(ref failure) is not null)
            {
                room.Release();
                break;
            }

            _ = RunOneAsync(item);
        }

        for (var i = 0; i < limit; i++)
            await room.WaitAsync(CancellationToken.None);
        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);

        async Task RunOneAsync(T item)
        {
            try
            {
                await work(item, stop.Token);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, e, null);
                await stop.CancelAsync();
            }
            finally
            {
                room.Release();
            }
        }
    }
}
