using System.Diagnostics;
using System.Globalization;

namespace DaprShop.Shop.Processes;

/// <summary>
/// Turns a <see cref="ProcessSpec"/> into a command. On POSIX a shell opens the log and then replaces itself with the
/// program (the pid stays the same), in a session of its own, so that neither Ctrl-C in the terminal nor the death of
/// the supervisor signals it by accident.
/// </summary>
internal static class Launch
{
    /// <summary>Names the log file of a process in its environment; the shop recognises its processes by it.</summary>
    public const string LogVariable = "SHOP_LOG";

    // File descriptors that the parent has open, of a lock for example, are closed: the program would hold them open
    // for as long as it runs.
    private const string IntoLog = """exec "$@" >>"$SHOP_LOG" 2>&1 </dev/null 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-""";

    public static ProcessStartInfo Command(ProcessSpec spec)
    {
        var command = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(spec.FileName, spec.Arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                CreateNoWindow = true,
            }
            : new ProcessStartInfo(
                "/bin/sh",
                ["-c", IntoLog, "sh", .. OwnSession(), .. AsUser(spec), spec.FileName, .. spec.Arguments]
            );
        command.WorkingDirectory = spec.WorkingDirectory;
        command.Environment[LogVariable] = spec.LogFile;
        foreach (var (name, value) in spec.Environment)
            command.Environment[name] = value;
        return command;
    }

    /// <summary>
    /// Runs a command to its end and returns its exit code and its output. Ctrl-C does not signal it: its death would
    /// be mistaken for a failure of the command.
    /// </summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        ProcessSpec spec,
        CancellationToken cancel = default
    )
    {
        string[] commandLine = [.. OwnSession(), .. AsUser(spec), spec.FileName, .. spec.Arguments];
        var command = new ProcessStartInfo(commandLine[0], commandLine[1..])
        {
            WorkingDirectory = spec.WorkingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in spec.Environment)
            command.Environment[name] = value;
        using var process = Process.Start(command)!;
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var errors = process.StandardError.ReadToEndAsync(cancel);
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
        return (process.ExitCode, (await output + await errors).Trim());
    }

    private static string[] OwnSession() => Executable.Find("setsid") is { } setsid ? [setsid] : [];

    private static string[] AsUser(ProcessSpec spec) =>
        spec.RunAs is { } user
            ? ["setpriv", $"--reuid={Text(user.Uid)}", $"--regid={Text(user.Gid)}", "--clear-groups"]
            : [];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
