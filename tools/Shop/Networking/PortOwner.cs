using System.Globalization;

namespace DaprShop.Shop.Networking;

/// <summary>
/// Finds the process that uses a TCP port, in /proc: the socket's inode in /proc/net/tcp, then the process that has it
/// open. Outgoing connections count, too: the system may have assigned one of the shop's ports to one.
/// </summary>
internal static class PortOwner
{
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary>
    /// For example "redis-server (pid 42)"; null where it is unknown (another user's process, or not Linux).
    /// </summary>
    public static string? Find(int port)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var inodes = Tables.Where(File.Exists).SelectMany(file => Inodes(File.ReadLines(file), port)).ToHashSet();
        return inodes.Count == 0
            ? null
            : Directory
                .EnumerateDirectories("/proc")
                .Select(folder => Holder(folder, inodes))
                .FirstOrDefault(found => found is not null);
    }

    /// <summary>
    /// The inodes of the sockets that have the local port <paramref name="port"/>, in the lines of /proc/net/tcp.
    /// </summary>
    public static IEnumerable<string> Inodes(IEnumerable<string> lines, int port)
    {
        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        return from line in lines
            let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            where fields.Length > 9 && fields[9] != "0" && fields[1].EndsWith(suffix, StringComparison.Ordinal)
            select fields[9];
    }

    private static string? Holder(string folder, HashSet<string> inodes)
    {
        if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid))
            return null;
        try
        {
            var holds = Directory
                .EnumerateFileSystemEntries(Path.Combine(folder, "fd"))
                .Any(link =>
                    File.ResolveLinkTarget(link, returnFinalTarget: false)?.Name is { } name
                    && inodes.Any(inode => name == $"socket:[{inode}]")
                );
            return holds ? $"{File.ReadAllText(Path.Combine(folder, "comm")).Trim()} (pid {pid})" : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
