namespace EmbeddedDapr.Actors;

/// <summary>An actor that is active on a replica. One call at a time holds its turn.</summary>
internal sealed class ActiveActor(ActorKey key, ActorHost host) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    public ActorKey Key => key;

    public ActorHost Host => host;

    public DateTimeOffset LastUsed { get; set; }

    /// <summary>
    /// True after deactivation, or after the loss of its replica. A call that waited for the turn must find the actor
    /// again.
    /// </summary>
    public bool IsRemoved { get; set; }

    /// <summary>
    /// The call chain that holds the turn. With reentrancy enabled, a call of the same chain enters without waiting.
    /// </summary>
    public string? ReentrancyId { get; private set; }

    public Dictionary<string, ActorTimer> Timers { get; } = [];

    public async Task<bool> AcquireAsync(string? reentrancyId, CancellationToken cancellationToken)
    {
        if (reentrancyId is not null && host.Config.Reentrancy is { Enabled: true } && reentrancyId == ReentrancyId)
            return false;
        await _turn.WaitAsync(cancellationToken);
        ReentrancyId = reentrancyId;
        return true;
    }

    /// <summary>Acquires the turn if it is free; does not wait.</summary>
    public bool TryAcquire() => _turn.Wait(0);

    public void Release(DateTimeOffset now)
    {
        (ReentrancyId, LastUsed) = (null, now);
        _turn.Release();
    }

    public void Dispose() => _turn.Dispose();
}
