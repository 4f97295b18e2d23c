using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace DaprShop.Shop.Processes;

/// <summary>A process named so that a recycled pid cannot be mistaken for it: pid and start time.</summary>
internal sealed record ProcessIdentity(int Pid, long Started)
{
    public static ProcessIdentity Of(int pid) => new(pid, StartOf(pid) ?? 0);

    public bool IsAlive => StartOf(Pid) is { } started && started == Started;

    /// <summary>Signals the process, unless its pid belongs to somebody else by now.</summary>
    public void Send(Signal signal)
    {
        if (IsAlive)
            Signals.Send(Pid, signal);
    }

    private static long? StartOf(int pid) => OperatingSystem.IsLinux() ? FromProc(pid) : FromSystem(pid);

    /// <summary>Clock ticks since boot; null also for a zombie, which has ended and only waits to be collected.</summary>
    private static long? FromProc(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            // The name in parentheses may hold blanks and parentheses itself; the fields after it start with the state, field 3.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long? FromSystem(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.HasExited ? null : new DateTimeOffset(process.StartTime).ToUnixTimeSeconds();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }
}
