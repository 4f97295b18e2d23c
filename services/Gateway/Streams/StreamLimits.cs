namespace DaprShop.Gateway.Streams;

/// <summary>Counts the streams that each caller has open at this replica: who opens them without end would use up everybody's.</summary>
internal sealed class StreamLimits
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _open = [];

    /// <summary>One more stream, until it is disposed of; null where the caller has <paramref name="allowed"/> already.</summary>
    public IDisposable? Enter(string caller, int allowed)
    {
        lock (_lock)
        {
            var open = _open.GetValueOrDefault(caller);
            if (open >= allowed)
                return null;
            _open[caller] = open + 1;
            return new Place(this, caller);
        }
    }

    private void Leave(string caller)
    {
        lock (_lock)
        {
            if (--_open[caller] == 0)
                _open.Remove(caller);
        }
    }

    private sealed class Place(StreamLimits limits, string caller) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                limits.Leave(caller);
        }
    }
}
