using System.Diagnostics;

namespace DaprShop.Shop.Processes;

/// <summary>
/// Writes a child's output to its log on Windows, where no shell can open the file and then replace itself with the
/// program.
/// </summary>
internal static class WindowsLog
{
    public static void Follow(Process process, string file)
    {
        var log = TextWriter.Synchronized(
            new StreamWriter(File.Open(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
            {
                AutoFlush = true,
            }
        );
        process.OutputDataReceived += (_, line) => log.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => log.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }
}
