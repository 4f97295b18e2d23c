using System.ComponentModel;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Supervision;

/// <summary>
/// Processes that are restarted together: when one ends, the others are stopped and all are started again, after an
/// increasing delay. An app and its sidecar are one unit, because a sidecar that lost its workflow worker may never
/// hand out work again ("the wedge").
/// </summary>
internal sealed class Unit(string name, UnitKind kind, IReadOnlyList<ProcessSpec> specs, TimeProvider time)
{
    private readonly RestartDelay _restartDelay = new();
    private volatile TaskCompletionSource<string> _restartRequest = new();
    private volatile IReadOnlyList<OwnedProcess> _processes = [];
    private volatile Task _running = Task.CompletedTask;
    private volatile bool _isTerminated;

    public string Name => name;

    public UnitKind Kind => kind;

    /// <summary>The ports that <c>status</c> shows, by process name.</summary>
    public IReadOnlyDictionary<string, int> Ports { get; init; } = new Dictionary<string, int>();

    public IReadOnlyList<OwnedProcess> Processes => _processes;

    public int Restarts { get; private set; }

    /// <summary>The reason of the last restart; null before the first one.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>Raised whenever a process was started or has ended.</summary>
    public event Action? Changed;

    /// <summary>Restarts the processes although they run, because they no longer work.</summary>
    public void RequestRestart(string reason) => _restartRequest.TrySetResult(reason);

    /// <summary>
    /// Keeps the processes running until <paramref name="stop"/>. It does not stop them then, because the caller stops
    /// all units in order.
    /// </summary>
    public Task RunAsync(CancellationToken stop) => _running = SuperviseAsync(stop);

    /// <summary>Stops the processes and does not restart them.</summary>
    public async Task TerminateAsync()
    {
        _isTerminated = true;
        RequestRestart("it is being removed");
        await _running;
        await StopAsync(_ => true);
    }

    private async Task SuperviseAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && !_isTerminated)
        {
            var started = time.GetTimestamp();
            if (TryStart() && !_isTerminated && !await WaitForExitOrRestartAsync(stop))
                return;
            await StopAsync(_ => true);
            if (_isTerminated)
                return;
            Restarts++;
            Changed?.Invoke();
            var delay = _restartDelay.Next(time.GetElapsedTime(started));
            SupervisorLog.Write($"{name}: {LastFailure}; restarting in {delay.TotalSeconds:0.0} s");
            await Task.Delay(delay, time, stop)
                .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    public Task StopAsync(Func<ProcessSpec, bool> which) =>
        Task.WhenAll(_processes.Where(process => which(process.Spec)).Select(process => process.StopAsync()));

    private bool TryStart()
    {
        _restartRequest = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new List<OwnedProcess>();
        try
        {
            foreach (var spec in specs)
                started.Add(OwnedProcess.Start(spec));
            return true;
        }
        catch (Exception failure) when (failure is Win32Exception or IOException or UnauthorizedAccessException)
        {
            // For example because its folder was deleted, which may exist again at the next attempt.
            LastFailure = failure.Message;
            return false;
        }
        finally
        {
            _processes = started;
            Changed?.Invoke();
        }
    }

    /// <summary>True when a process ended or a restart was requested, false when the unit is to stop.</summary>
    private async Task<bool> WaitForExitOrRestartAsync(CancellationToken stop)
    {
        await Task.WhenAny([
            .. _processes.Select(process => process.Ended),
            _restartRequest.Task,
            Task.Delay(Timeout.InfiniteTimeSpan, stop),
        ]);
        if (stop.IsCancellationRequested)
            return false;
        LastFailure = _restartRequest.Task.IsCompleted
            ? await _restartRequest.Task
            : $"{_processes.First(process => !process.IsAlive).Spec.Name} ended";
        return true;
    }
}
