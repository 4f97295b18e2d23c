namespace EmbeddedDapr.Actors;

/// <summary>A timer of an active actor; forgotten with it.</summary>
internal sealed class ActorTimer : IDisposable
{
    private readonly Callback _callback;
    private readonly Period _period;
    private readonly DateTimeOffset? _end;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private int _fired;

    public ActorTimer(Callback callback, TimeProvider clock, Func<Callback, Task> fire)
    {
        var now = clock.GetUtcNow();
        (_callback, _clock, _period) = (callback, clock, Period.Parse(callback.Period));
        _end = Period.ParseTime(callback.Ttl, now);
        _timer = clock.CreateTimer(async _ => await FireAsync(fire), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Set((Period.ParseTime(callback.DueTime, now) ?? now) - now);
    }

    public void Dispose() => _timer.Dispose();

    private async Task FireAsync(Func<Callback, Task> fire)
    {
        if (_clock.GetUtcNow() >= _end) return;
        try
        {
            await fire(_callback);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        _fired++;
        if (_period.Every is { } every && (_period.Times is null || _fired < _period.Times)) Set(every);
    }

    private void Set(TimeSpan wait) => _timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
}
