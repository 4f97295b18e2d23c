using System.ComponentModel;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Supervision;

/// <summary>
/// Processes that live and die together: when one ends, the others are stopped and all are started again, later each time. An app and its sidecar are
/// one unit, because a sidecar that lost its workflow worker may never hand out work again (workflow.md, "the wedge").
/// </summary>
internal sealed class Unit(string name, UnitKind kind, IReadOnlyList<ProcessSpec> specs, TimeProvider time)
{
    private readonly Backoff _backoff = new();
    private volatile TaskCompletionSource<string> _kick = new();
    private volatile IReadOnlyList<OwnedProcess> _processes = [];
    private volatile Task _running = Task.CompletedTask;
    private volatile bool _isGivenUp;

    public string Name => name;

    public UnitKind Kind => kind;

    /// <summary>A port that tells its processes apart in what `status` shows; by process name.</summary>
    public IReadOnlyDictionary<string, int> Ports { get; init; } = new Dictionary<string, int>();

    public IReadOnlyList<OwnedProcess> Processes => _processes;

    public int Restarts { get; private set; }

    /// <summary>Why it was restarted last, for the log and for whoever waits in vain for it to become ready.</summary>
    public string? LastTrouble { get; private set; }

    /// <summary>Raised whenever a process was started or has ended.</summary>
    public event Action? Changed;

    /// <summary>Has its processes restarted though they run: they are of no use any more.</summary>
    public void Restart(string reason) => _kick.TrySetResult(reason);

    /// <summary>Keeps the processes running until <paramref name="stop"/>, and leaves them running then: whoever stops knows the order.</summary>
    public Task RunAsync(CancellationToken stop) => _running = KeepAsync(stop);

    /// <summary>Ends the processes for good.</summary>
    public async Task EndAsync()
    {
        _isGivenUp = true;
        Restart("it is given up");
        await _running;
        await StopAsync(_ => true);
    }

    private async Task KeepAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && !_isGivenUp)
        {
            var started = time.GetTimestamp();
            if (TryStart() && !_isGivenUp && !await EndedAsync(stop))
                return;
            await StopAsync(_ => true);
            if (_isGivenUp)
                return;
            Restarts++;
            Changed?.Invoke();
            var wait = _backoff.After(time.GetElapsedTime(started));
            Log.Line($"{name}: {LastTrouble}; started again in {wait.TotalSeconds:0.0} s");
            await Task.Delay(wait, time, stop)
                .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    public Task StopAsync(Func<ProcessSpec, bool> which) =>
        Task.WhenAll(_processes.Where(process => which(process.Spec)).Select(process => process.StopAsync()));

    private bool TryStart()
    {
        _kick = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new List<OwnedProcess>();
        try
        {
            foreach (var spec in specs)
                started.Add(OwnedProcess.Start(spec));
            return true;
        }
        catch (Exception problem) when (problem is Win32Exception or IOException or UnauthorizedAccessException)
        {
            // Its folder was wiped, say: it may be back at the next try.
            LastTrouble = problem.Message;
            return false;
        }
        finally
        {
            _processes = started;
            Changed?.Invoke();
        }
    }

    /// <summary>True when a process ended or a restart was asked for, false when it is time to stop.</summary>
    private async Task<bool> EndedAsync(CancellationToken stop)
    {
        await Task.WhenAny([
            .. _processes.Select(process => process.Ended),
            _kick.Task,
            Task.Delay(Timeout.InfiniteTimeSpan, stop),
        ]);
        if (stop.IsCancellationRequested)
            return false;
        LastTrouble = _kick.Task.IsCompleted
            ? await _kick.Task
            : $"{_processes.First(process => !process.IsAlive).Spec.Name} ended";
        return true;
    }
}
