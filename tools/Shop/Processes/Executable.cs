namespace DaprShop.Shop.Processes;

/// <summary>Finds installed programs.</summary>
internal static class Executable
{
    private static readonly string Extension = OperatingSystem.IsWindows() ? ".exe" : "";

    /// <summary>
    /// The program's path in one of <paramref name="folders"/>, else on PATH; null where neither has it.
    /// </summary>
    public static string? Find(string name, params IEnumerable<string> folders)
    {
        var path = Environment
            .GetEnvironmentVariable("PATH")
            ?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            ?? [];
        return folders
            .Concat(path)
            .Select(folder => Path.Combine(folder, name + Extension))
            .FirstOrDefault(File.Exists);
    }
}
