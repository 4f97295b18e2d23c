using System.Globalization;
using System.Text;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Supervision;

/// <summary>
/// Processes of this folder's shop that no state file lists, because the supervisor was killed after it had started
/// one and before it had recorded it. They are recognised by the log file that the supervisor put into their
/// environment; no other process has it.
/// </summary>
internal static class OrphanedProcesses
{
    /// <summary>Finds them in /proc; empty on other systems than Linux.</summary>
    public static IEnumerable<ProcessIdentity> Find(ShopFolder shop)
    {
        if (!OperatingSystem.IsLinux())
            return [];
        var variable = Encoding.UTF8.GetBytes($"{Launch.LogVariable}={shop.Logs}/");
        return Directory
            .EnumerateDirectories("/proc")
            .Select(folder =>
                int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) ? pid : 0
            )
            .Where(pid => pid > 0 && pid != Environment.ProcessId && HasInEnvironment(pid, variable))
            .Select(ProcessIdentity.Of)
            .ToList();
    }

    private static bool HasInEnvironment(int pid, byte[] variable)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{pid}/environ").AsSpan().IndexOf(variable) >= 0;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
