namespace DaprShop.Shop.Supervision;

/// <summary>Detects a failure that has lasted for a whole timeout without interruption.</summary>
internal sealed class FailureTimeout(TimeSpan timeout, TimeProvider time)
{
    private long? _failingSince;

    /// <summary>
    /// Records one observation. True once every observation of the last <c>timeout</c> was a failure; the measurement
    /// then starts again, so that a restart has the same time to recover.
    /// </summary>
    public bool Observe(bool isFailing)
    {
        if (!isFailing)
        {
            _failingSince = null;
            return false;
        }
        _failingSince ??= time.GetTimestamp();
        if (time.GetElapsedTime(_failingSince.Value) < timeout)
            return false;
        _failingSince = null;
        return true;
    }
}
