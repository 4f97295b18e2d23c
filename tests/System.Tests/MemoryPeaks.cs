using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace DaprShop.SystemTests;

/// <summary>
/// The peak resident memory of each process of a shop, in MB, in the first and in the second half of a run.
/// </summary>
internal sealed class MemoryPeaks : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly ConcurrentDictionary<string, long> _first = new();
    private readonly ConcurrentDictionary<string, long> _second = new();
    private readonly CancellationTokenSource _end = new();
    private readonly LiveShop _shop;
    private readonly Task _sampling;
    private volatile bool _isSecond;

    public MemoryPeaks(LiveShop shop)
    {
        _shop = shop;
        _sampling = Task.Run(SampleAsync);
    }

    public void SecondHalf() => _isSecond = true;

    public IEnumerable<(string Name, long First, long Second)> Growth() =>
        _second
            .OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => (p.Key, _first.GetValueOrDefault(p.Key), p.Value));

    public override string ToString() =>
        string.Join('\n', Growth().Select(p => $"{p.Name}: {p.First} MB, then {p.Second} MB"));

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _sampling;
        _end.Dispose();
    }

    private async Task SampleAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            foreach (var unit in _shop.State()?.GetProperty("units").EnumerateArray() ?? [])
            foreach (var process in unit.GetProperty("processes").EnumerateArray())
            {
                var pid = process.GetProperty("identity").GetProperty("pid").GetInt32();
                var name = $"{unit.GetProperty("name").GetString()}/{process.GetProperty("name").GetString()}";
                (_isSecond ? _second : _first).AddOrUpdate(name, Resident(pid), (_, peak) =>
                    Math.Max(peak, Resident(pid))
                );
            }

            await Task.Delay(Pause, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static long Resident(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status")
                .FirstOrDefault(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null
                ? 0
                : long.Parse(
                    line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^2],
                    CultureInfo.InvariantCulture
                ) / 1024;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
