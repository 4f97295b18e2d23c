using System.Globalization;
using System.Text;
using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Supervision;

/// <summary>
/// Processes of this folder's shop that no state file names, because the supervisor was killed between starting one and writing it down. They are known
/// by the log that they were given in their environment, which no process of anybody else has.
/// </summary>
internal static class Strays
{
    public static IEnumerable<ProcessIdentity> Of(ShopFolder shop)
    {
        if (!OperatingSystem.IsLinux())
            return [];
        var mark = Encoding.UTF8.GetBytes($"SHOP_LOG={shop.Logs}/");
        return Directory
            .EnumerateDirectories("/proc")
            .Select(folder =>
                int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) ? pid : 0
            )
            .Where(pid => pid > 0 && pid != Environment.ProcessId && HasInEnvironment(pid, mark))
            .Select(ProcessIdentity.Of)
            .ToList();
    }

    private static bool HasInEnvironment(int pid, byte[] mark)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{pid}/environ").AsSpan().IndexOf(mark) >= 0;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
