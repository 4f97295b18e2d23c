using System.Diagnostics;
using System.Globalization;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Testing;

/// <summary>
/// Runs a program in a network namespace of its own, with a loopback interface and nothing else, so that several shops
/// with the same fixed ports run at the same time. The namespace has no name: it ends with its last process.
/// </summary>
internal static class NetworkNamespace
{
    private static readonly string[] Prefix =
    [
        "unshare",
        "--net",
        "--",
        "sh",
        "-c",
        "ip link set lo up && exec \"$@\"",
        "sh",
    ];

    /// <summary>Null where namespaces can be made, else the reason why not.</summary>
    public static async Task<string?> UnavailableReasonAsync(CancellationToken cancel)
    {
        if (!OperatingSystem.IsLinux())
            return "this system has no network namespaces";
        if (!Environment.IsPrivilegedProcess)
            return "only root can make network namespaces";
        foreach (var program in new[] { "unshare", "ip" })
            if (Executable.Find(program) is null)
                return $"the program `{program}` is missing";
        var (exitCode, output) = await Launch.RunAsync(
            new ProcessSpec("unshare", Prefix[0], [.. Prefix[1..], "true"])
            {
                WorkingDirectory = "/",
                LogFile = "/dev/null",
            },
            cancel
        );
        return exitCode == 0 ? null : $"unshare failed: {output}";
    }

    /// <summary>
    /// The command that runs <paramref name="command"/> in a new namespace. The process ID is the program's.
    /// </summary>
    public static string[] Wrap(params string[] command) => [.. Prefix, .. command];

    /// <summary>The namespace of a process; null once the process has ended.</summary>
    public static string? Of(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/ns/net").LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Kills the processes that are still in <paramref name="name"/>.</summary>
    /// <returns>The names of the killed programs.</returns>
    public static IReadOnlyList<string> Clear(string name)
    {
        if (name == Of(Environment.ProcessId))
            throw new ArgumentException("That is the namespace of this process.", nameof(name));
        var killed = new List<string>();
        foreach (var process in Process.GetProcesses())
            using (process)
            {
                if (Of(process.Id) != name)
                    continue;
                killed.Add(process.ProcessName);
                process.Kill();
            }

        return killed;
    }
}
