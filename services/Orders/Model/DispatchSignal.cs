using DaprShop.Messaging;

namespace DaprShop.Orders.Model;

/// <summary>Raised when orders may have become claimable, or a slot free.</summary>
internal sealed class DispatchSignal : WorkSignal
{
    private int _waiting;

    /// <summary>Orders accepted since the last claim, by this replica.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>So many orders were accepted.</summary>
    public void Raise(int orders)
    {
        Interlocked.Add(ref _waiting, orders);
        Raise();
    }

    /// <summary>A claim takes what waits.</summary>
    public void Claiming() => Interlocked.Exchange(ref _waiting, 0);
}
