namespace DaprShop.Shop.Supervision;

/// <summary>Says when something has been bad without a break for longer than can be borne.</summary>
internal sealed class Patience(TimeSpan limit, TimeProvider time)
{
    private long? _since;

    /// <summary>True once <paramref name="bad"/> has been seen for the whole limit; then it counts anew.</summary>
    public bool RunsOut(bool bad)
    {
        if (!bad)
        {
            _since = null;
            return false;
        }
        _since ??= time.GetTimestamp();
        if (time.GetElapsedTime(_since.Value) < limit)
            return false;
        _since = null;
        return true;
    }
}
