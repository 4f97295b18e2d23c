namespace DaprShop.Shop.Supervision;

/// <summary>
/// Allows one process at a time to start or supervise the shop of a folder. The operating system releases the lock when
/// its holder dies; the lock file is deleted with the release.
/// </summary>
internal static class StartLock
{
    /// <exception cref="ShopException">Another process holds the lock.</exception>
    public static IDisposable Acquire(ShopFolder shop)
    {
        try
        {
            return new FileStream(
                shop.Lock,
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None,
                bufferSize: 0,
                FileOptions.DeleteOnClose
            );
        }
        catch (IOException held)
        {
            throw new ShopException(
                "Another process is starting this shop. Run `./shop status` to see its progress.",
                held
            );
        }
    }

    /// <summary>Deletes the lock file of a process that was killed, unless a process holds the lock.</summary>
    public static void RemoveStale(ShopFolder shop)
    {
        try
        {
            if (File.Exists(shop.Lock))
                Acquire(shop).Dispose();
        }
        catch (ShopException)
        {
            // Another process, or the caller itself, holds the lock.
        }
    }
}
