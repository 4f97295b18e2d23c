namespace DaprShop.Shop.Processes;

/// <summary>The last lines of a log file, for the message about a failed process.</summary>
internal static class LogTail
{
    private const int Window = 64 * 1024;

    public static string Of(string file, int lines = 12)
    {
        if (!File.Exists(file))
            return $"({file} does not exist)";
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(-Math.Min(Window, stream.Length), SeekOrigin.End);
        using var reader = new StreamReader(stream);
        return string.Join(
            Environment.NewLine,
            reader.ReadToEnd().TrimEnd().Split('\n').TakeLast(lines).Select(line => "  " + line.TrimEnd())
        );
    }
}
