namespace DaprShop.Workflow.Tests.Runtime;

/// <summary>Finds programs in ~/.dapr/bin, then in PATH.</summary>
internal static class Binaries
{
    public static string? Find(string name) =>
        Directories().Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);

    public static string? Missing(params string[] names)
    {
        var missing = names.Where(name => Find(name) is null).ToArray();
        return missing.Length == 0 ? null : $"Needs {string.Join(", ", missing)} in ~/.dapr/bin or PATH.";
    }

    private static IEnumerable<string> Directories() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Prepend(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dapr", "bin"));
}
