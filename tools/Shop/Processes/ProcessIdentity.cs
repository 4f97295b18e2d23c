using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace DaprShop.Shop.Processes;

/// <summary>Identifies a process by pid and start time, so that a reused pid is not mistaken for it.</summary>
internal sealed record ProcessIdentity(int Pid, long Started)
{
    public static ProcessIdentity Of(int pid) => new(pid, StartTimeOf(pid) ?? 0);

    public bool IsAlive => StartTimeOf(Pid) is { } started && started == Started;

    /// <summary>Signals the process, unless its pid belongs to another process by now.</summary>
    public void Send(ProcessSignal signal)
    {
        if (IsAlive)
            ProcessSignals.Send(Pid, signal);
    }

    private static long? StartTimeOf(int pid) => OperatingSystem.IsLinux() ? FromProc(pid) : FromSystem(pid);

    /// <summary>
    /// Clock ticks since boot; null also for a zombie, which has ended and waits for its parent to reap it.
    /// </summary>
    private static long? FromProc(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            // The name in parentheses may contain blanks and parentheses. The fields after it start with field 3, the
            // state.
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
