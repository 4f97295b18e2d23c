using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DaprShop.Shop.Processes;

/// <summary>The POSIX signals that end a process, by their numbers on Linux and macOS.</summary>
internal enum Signal
{
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    Terminate = 15,
}

/// <summary>Sends signals. Windows knows only the hard end.</summary>
internal static partial class Signals
{
    public static void Send(int pid, Signal signal)
    {
        if (OperatingSystem.IsWindows())
            KillOnWindows(pid);
        else
            _ = Kill(pid, (int)signal);
    }

    private static void KillOnWindows(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill(entireProcessTree: true);
        }
        catch (ArgumentException)
        {
            // It is gone already, which is what was asked for.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
