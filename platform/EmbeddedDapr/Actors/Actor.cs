namespace EmbeddedDapr.Actors;

/// <summary>An actor that is active on a replica. Its turn is had by one call at a time.</summary>
internal sealed class Actor(ActorKey key, ActorHost host) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    public ActorKey Key => key;

    public ActorHost Host => host;

    public DateTimeOffset LastUsed { get; set; }

    /// <summary>True once it is deactivated, or its replica is lost: whoever waited for a turn must look for the actor again.</summary>
    public bool IsGone { get; set; }

    /// <summary>The chain of calls that has the turn; its calls back to the actor do not wait for themselves.</summary>
    public string? Chain { get; private set; }

    public Dictionary<string, ActorTimer> Timers { get; } = [];

    public async Task<bool> EnterAsync(string? chain, CancellationToken cancellationToken)
    {
        if (chain is not null && host.Config.Reentrancy is { Enabled: true } && chain == Chain)
            return false;
        await _turn.WaitAsync(cancellationToken);
        Chain = chain;
        return true;
    }

    /// <summary>Takes the turn only where nobody has it.</summary>
    public bool TryEnter() => _turn.Wait(0);

    public void Leave(DateTimeOffset now)
    {
        (Chain, LastUsed) = (null, now);
        _turn.Release();
    }

    public void Dispose() => _turn.Dispose();
}
