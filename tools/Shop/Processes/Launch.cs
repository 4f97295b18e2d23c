using System.Diagnostics;
using System.Globalization;

namespace DaprShop.Shop.Processes;

/// <summary>
/// Turns a <see cref="ProcessSpec"/> into a command. On POSIX a shell opens the log and then becomes the program (the pid stays the same), in a
/// session of its own, so that neither Ctrl-C in the terminal nor the death of the supervisor reaches it by accident.
/// </summary>
internal static class Launch
{
    // What else the starter has open, a lock for instance, is none of the program's business, and would be held for as long as it runs.
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
        command.Environment["SHOP_LOG"] = spec.LogFile;
        foreach (var (name, value) in spec.Environment)
            command.Environment[name] = value;
        return command;
    }

    /// <summary>Runs a command to its end; answers its exit code and all it said. Ctrl-C does not reach it either: its death by that would be taken for a failure.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        ProcessSpec spec,
        CancellationToken cancel = default
    )
    {
        string[] words = [.. OwnSession(), .. AsUser(spec), spec.FileName, .. spec.Arguments];
        var command = new ProcessStartInfo(words[0], words[1..])
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
