namespace EmbeddedDapr.Actors;

/// <summary>A timer of an active actor. It is not durable: it ends when the actor is deactivated.</summary>
internal sealed class ActorTimer : IDisposable
{
    /// <summary>A system timer cannot wait for months, so longer waits are armed in steps.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromHours(1);

    private readonly ActorCallback _callback;
    private readonly RepeatInterval _interval;
    private readonly DateTimeOffset? _end;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private DateTimeOffset _due;
    private int _fired;

    public ActorTimer(ActorCallback callback, TimeProvider clock, Func<ActorCallback, Task> fire)
    {
        var now = clock.GetUtcNow();
        (_callback, _clock, _interval) = (callback, clock, RepeatInterval.Parse(callback.Period));
        _end = RepeatInterval.ParseTime(callback.Ttl, now);
        _timer = clock.CreateTimer(
            async _ => await FireAsync(fire),
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
        Set((RepeatInterval.ParseTime(callback.DueTime, now) ?? now) - now);
    }

    public void Dispose() => _timer.Dispose();

    private async Task FireAsync(Func<ActorCallback, Task> fire)
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
        if (_interval.Every is { } every && (_interval.Times is null || _fired < _interval.Times))
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
                Math.Ceiling(Math.Clamp((_due - _clock.GetUtcNow()).TotalMilliseconds, 0, MaxWait.TotalMilliseconds))
            ),
            Timeout.InfiniteTimeSpan
        );
}
