using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Model;

/// <summary>Raised when orders may have become claimable, or when a slot may be free.</summary>
internal sealed class DispatchSignal : WorkSignal
{
    private int _waiting;

    /// <summary>Orders accepted by this replica since its last claim.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Announces accepted orders.</summary>
    public void Raise(int orders)
    {
        Interlocked.Add(ref _waiting, orders);
        Raise();
    }

    /// <summary>Starts counting anew, before a claim.</summary>
    public void ResetWaiting() => Interlocked.Exchange(ref _waiting, 0);
}
