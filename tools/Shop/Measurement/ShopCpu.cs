using System.Globalization;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Measurement;

/// <summary>
/// CPU time of all processes of the running shop and of their children (PostgreSQL has one per connection). The
/// measuring tool and external servers are not included.
/// </summary>
internal sealed class ShopCpu(ShopFolder shop)
{
    /// <summary>Linux reports CPU time in ticks of 1/100 s, whatever it uses internally.</summary>
    private const double SecondsPerTick = 0.01;

    /// <summary>
    /// Seconds so far, by process name. Empty where they are unknown: without /proc, or when the shop was not started
    /// by <c>shop up</c>.
    /// </summary>
    public IReadOnlyDictionary<string, double> Read()
    {
        if (!OperatingSystem.IsLinux() || ShopState.Load(shop) is not { } state)
            return new Dictionary<string, double>();
        var names = state
            .Units.SelectMany(unit => unit.Processes)
            .ToDictionary(process => process.Identity.Pid, process => process.Name);
        var all = Directory
            .EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, out _))
            .Select(name => Stat(int.Parse(name!, CultureInfo.InvariantCulture)))
            .OfType<Process>()
            .ToDictionary(process => process.Pid);
        var sums = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var process in all.Values)
        {
            if (Owner(process, all, names) is { } name)
                sums[name] = sums.GetValueOrDefault(name) + process.Seconds;
        }

        return sums;
    }

    /// <summary>
    /// The seconds between two readings, highest first. A process that ended in between is not counted.
    /// </summary>
    public static IReadOnlyDictionary<string, double> Between(
        IReadOnlyDictionary<string, double> before,
        IReadOnlyDictionary<string, double> after
    ) =>
        after
            .Select(now => (now.Key, Value: Math.Max(0, now.Value - before.GetValueOrDefault(now.Key))))
            .OrderByDescending(p => p.Value)
            .ToDictionary(p => p.Key, p => p.Value);

    private static string? Owner(Process process, Dictionary<int, Process> all, Dictionary<int, string> names)
    {
        for (var at = process; at is not null; at = all.GetValueOrDefault(at.Parent))
        {
            if (names.TryGetValue(at.Pid, out var name))
                return name;
        }

        return null;
    }

    private static Process? Stat(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            long Field(int number) => long.Parse(fields[number], CultureInfo.InvariantCulture);
            return new Process(pid, (int)Field(1), (Field(11) + Field(12)) * SecondsPerTick);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private sealed record Process(int Pid, int Parent, double Seconds);
}
