namespace EmbeddedDapr.Actors;

/// <summary>A timer of an active actor; forgotten with it.</summary>
internal sealed class ActorTimer : IDisposable
{
    /// <summary>A system timer cannot wait for months; it is set again.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly Callback _callback;
    private readonly Period _period;
    private readonly DateTimeOffset? _end;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private DateTimeOffset _due;
    private int _fired;

    public ActorTimer(Callback callback, TimeProvider clock, Func<Callback, Task> fire)
    {
        var now = clock.GetUtcNow();
        (_callback, _clock, _period) = (callback, clock, Period.Parse(callback.Period));
        _end = Period.ParseTime(callback.Ttl, now);
        _timer = clock.CreateTimer(
            async _ => await FireAsync(fire),
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
        Set((Period.ParseTime(callback.DueTime, now) ?? now) - now);
    }

    public void Dispose() => _timer.Dispose();

    private async Task FireAsync(Func<Callback, Task> fire)
    {
        if (_clock.GetUtcNow() < _due)
        {
            Arm();
            return;
        }

        if (_clock.GetUtcNow() >= _end)
            return;
        try
        {
            await fire(_callback);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        _fired++;
        if (_period.Every is { } every && (_period.Times is null || _fired < _period.Times))
            Set(every);
    }

    private void Set(TimeSpan wait)
    {
        var now = _clock.GetUtcNow();
        _due = wait < DateTimeOffset.MaxValue - now ? now + wait : DateTimeOffset.MaxValue;
        Arm();
    }

    private void Arm() =>
        _timer.Change(
            TimeSpan.FromMilliseconds(
                Math.Ceiling(Math.Clamp((_due - _clock.GetUtcNow()).TotalMilliseconds, 0, Longest.TotalMilliseconds))
            ),
            Timeout.InfiniteTimeSpan
        );
}
