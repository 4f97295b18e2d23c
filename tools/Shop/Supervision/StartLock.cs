using DaprShop.Shop.Infrastructure;

namespace DaprShop.Shop.Supervision;

/// <summary>Lets only one process at a time start or hold the shop of a folder. The system gives the lock back when its holder dies; the file goes with the lock.</summary>
internal static class StartLock
{
    public static IDisposable Take(ShopFolder shop)
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
                "Somebody else is starting this shop at this moment. `./shop status` shows how it goes.",
                held
            );
        }
    }

    /// <summary>Deletes the file of a holder that was killed, unless somebody holds the lock.</summary>
    public static void Clear(ShopFolder shop)
    {
        try
        {
            if (File.Exists(shop.Lock))
                Take(shop).Dispose();
        }
        catch (ShopException)
        {
            // It is in use again, or the caller's own.
        }
    }
}
