using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DaprShop.Shop.Processes;

/// <summary>The POSIX signals that stop a process, with their numbers on Linux and macOS.</summary>
internal enum ProcessSignal
{
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    Terminate = 15,
}

/// <summary>Sends signals. On Windows every signal kills the process.</summary>
internal static partial class ProcessSignals
{
    public static void Send(int pid, ProcessSignal signal)
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
            // The process has ended already.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
