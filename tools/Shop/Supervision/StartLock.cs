using DaprShop.Shop.Infrastructure;

namespace DaprShop.Shop.Supervision;

/// <summary>Lets only one process at a time start or hold the shop of a folder. The system gives the lock back when its holder dies.</summary>
internal static class StartLock
{
    public static IDisposable Take(ShopFolder shop)
    {
        try
        {
            return new FileStream(shop.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException held)
        {
            throw new ShopException("Somebody else is starting this shop at this moment. `./shop status` shows how it goes.", held);
        }
    }
}
