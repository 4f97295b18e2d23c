using System.Diagnostics;
using System.Globalization;
using DaprShop.Shop.Processes;

namespace DaprShop.TestKit;

/// <summary>
/// A temporary folder that names the test process it belongs to and the server in it, so that what a killed test run
/// left behind is swept away by the next.
/// </summary>
internal sealed class TestFolder
{
    private const string Prefix = "daprshop-postgres-";

    private TestFolder(string path) => Path = path;

    public string Path { get; }

    public static TestFolder Create()
    {
        Sweep();
        var me = ProcessIdentity.Of(Environment.ProcessId);
        var path = System.IO.Path.Combine(
            System.IO.Path.GetTempPath(),
            $"{Prefix}{me.Pid}-{me.Started}-{Guid.CreateVersion7():N}"
        );
        Directory.CreateDirectory(path);
        return new TestFolder(path);
    }

    public void Holds(ProcessIdentity server) =>
        File.WriteAllText(System.IO.Path.Combine(Path, "server"), $"{server.Pid}-{server.Started}");

    public void Delete()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A last process of the server may still be writing: the next run sweeps it.
        }
    }

    /// <summary>
    /// Deletes it without waiting: a cluster has thousands of files, and the test runner soon ends a process whose exit
    /// handlers are busy.
    /// </summary>
    public void DeleteBehind()
    {
        if (OperatingSystem.IsWindows())
            Delete();
        else
            Process.Start("rm", ["-rf", Path]).Dispose();
    }

    private static void Sweep()
    {
        foreach (var path in Directory.EnumerateDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
        {
            if (Identity(System.IO.Path.GetFileName(path)[Prefix.Length..]) is not { IsAlive: false })
                continue;
            var server = System.IO.Path.Combine(path, "server");
            if (File.Exists(server))
                Identity(File.ReadAllText(server))?.Send(ProcessSignal.Quit);
            new TestFolder(path).Delete();
        }
    }

    private static ProcessIdentity? Identity(string text) =>
        text.Split('-') is [var pid, var started, ..]
        && int.TryParse(pid, CultureInfo.InvariantCulture, out var id)
        && long.TryParse(started, CultureInfo.InvariantCulture, out var ticks)
            ? new ProcessIdentity(id, ticks)
            : null;
}
