namespace EmbeddedDapr.Workflows;

/// <summary>
/// Calls back at the earliest of many due times. Use under the engine's gate; the callback runs outside it.
/// </summary>
internal sealed class TimerQueue : IDisposable
{
    /// <summary>A system timer cannot wait for months, so longer waits are armed in steps.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromHours(1);

    private readonly PriorityQueue<(Instance Instance, Guid Execution, int? Timer), DateTimeOffset> _times = new();
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private DateTimeOffset _set = DateTimeOffset.MaxValue;

    public TimerQueue(TimeProvider clock, Action onDue) =>
        (_clock, _timer) = (
            clock,
            clock.CreateTimer(_ => onDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan)
        );

    /// <param name="timer">The durable timer's id; null for the start of the instance itself.</param>
    public void Add(Instance instance, int? timer, DateTimeOffset due)
    {
        // Workers write "never" as the maximum time.
        if (due.Year == DateTimeOffset.MaxValue.Year)
            return;
        _times.Enqueue((instance, instance.Execution, timer), due);
        if (due < _set)
            Set(due);
    }

    /// <summary>Dequeues the due timers, and sets the system timer for the next.</summary>
    public List<(Instance Instance, Guid Execution, int? Timer)> DequeueDue()
    {
        var due = new List<(Instance, Guid, int?)>();
        while (_times.TryPeek(out var entry, out var time) && time <= _clock.GetUtcNow())
        {
            _times.Dequeue();
            due.Add(entry);
        }

        if (_times.TryPeek(out _, out var next))
            Set(next);
        else
            _set = DateTimeOffset.MaxValue;
        return due;
    }

    public void Dispose() => _timer.Dispose();

    private void Set(DateTimeOffset due)
    {
        _set = due;
        var wait = due - _clock.GetUtcNow();
        // Rounded up: a timer that fires a fraction early would find nothing due.
        var whole = TimeSpan.FromMilliseconds(
            Math.Ceiling(Math.Clamp(wait.TotalMilliseconds, 0, MaxWait.TotalMilliseconds))
        );
        _timer.Change(whole, Timeout.InfiniteTimeSpan);
    }
}
