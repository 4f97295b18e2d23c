using System.Diagnostics;

namespace DaprShop.Workflow.Tests.Runtime;

/// <summary>A server process of a test; its output is written to a file.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _log;

    private ServerProcess(Process process, string log) => (_process, _log) = (process, log);

    public bool HasExited => _process.HasExited;

    public static ServerProcess Start(
        string log,
        string program,
        IReadOnlyDictionary<string, string>? environment,
        params string[] arguments
    )
    {
        // The shell only redirects: exec keeps the process id, so killing it kills the server.
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", log, program },
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
            start.Environment[key] = value;
        return new ServerProcess(Process.Start(start)!, log);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
    }

    public string Tail(int lines = 40) =>
        File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(lines)) : "";

    public void Dispose() => _process.Dispose();
}
