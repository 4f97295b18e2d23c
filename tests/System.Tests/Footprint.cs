using System.Globalization;
using System.Net.NetworkInformation;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace DaprShop.SystemTests;

/// <summary>The resources of a running shop: processes, ports, and the lock file of its folder.</summary>
internal sealed partial class Footprint
{
    private readonly LiveShop _shop;
    private readonly HashSet<int> _ports;

    /// <summary>Reads the state file, if there is one yet, and the ports in dapr.yaml.</summary>
    public Footprint(LiveShop shop)
    {
        _shop = shop;
        _ports =
        [
            .. Port()
                .Matches(File.ReadAllText(shop.PathOf("dapr.yaml")))
                .Select(match => Number(match.Groups[1].Value)),
        ];
        if (shop.State() is not { } state)
            return;
        var processes = state
            .GetProperty("units")
            .EnumerateArray()
            .SelectMany(unit => unit.GetProperty("processes").EnumerateArray())
            .ToList();
        _ports.UnionWith(
            processes
                .Select(process => process.GetProperty("port"))
                .Where(port => port.ValueKind == JsonValueKind.Number)
                .Select(port => port.GetInt32())
        );
        Pids =
        [
            .. processes
                .Select(process => process.GetProperty("identity"))
                .Prepend(state.GetProperty("supervisor"))
                .Select(identity => identity.GetProperty("pid").GetInt32()),
        ];
    }

    /// <summary>The supervisor first, because it would restart the others, then the processes it supervises.</summary>
    public IReadOnlyList<int> Pids { get; } = [];

    /// <summary>
    /// Describes the resources that are still, or again, in use. Includes processes that no state file names: the path
    /// of their log is in their environment.
    /// </summary>
    public IReadOnlyList<string> Left()
    {
        var listening = IPGlobalProperties
            .GetIPGlobalProperties()
            .GetActiveTcpListeners()
            .Select(end => end.Port)
            .ToHashSet();
        var mark = Encoding.UTF8.GetBytes(_shop.PathOf(".shop"));
        return
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Select(Path.GetFileName)
                .Where(name => name!.All(char.IsAsciiDigit))
                .Select(name => Number(name!))
                .Where(pid =>
                    pid != Environment.ProcessId
                    && IsAlive(pid)
                    && (Pids.Contains(pid) || Read(pid, "environ").AsSpan().IndexOf(mark) >= 0)
                )
                .Select(pid => $"process {pid}: {Encoding.UTF8.GetString(Read(pid, "cmdline")).Replace('\0', ' ')}"),
            .. _ports.Where(listening.Contains).Select(port => $"port {port}"),
            .. File.Exists(_shop.PathOf(".shop/lock")) ? ["the lock"] : Array.Empty<string>(),
        ];
    }

    /// <summary>False for a zombie: it has ended, and waits for its parent.</summary>
    public static bool IsAlive(int pid) =>
        Encoding.UTF8.GetString(Read(pid, "stat")) is { Length: > 0 } stat
        && stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');

    private static byte[] Read(int pid, string file)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{pid}/{file}");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Port: (\d+)")]
    private static partial Regex Port();
}
