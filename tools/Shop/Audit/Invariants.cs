namespace DaprShop.Shop.Audit;

/// <summary>The checks of the audit: the SQL files in the folder Sql.</summary>
internal static class Invariants
{
    private const string InputFolder = "Inputs/";

    private static readonly Dictionary<string, string> Files = Read();

    public static IReadOnlyList<InvariantCheck> Checks { get; } =
    [
        .. Files
            .Where(f => !f.Key.StartsWith(InputFolder, StringComparison.Ordinal))
            .OrderBy(f => f.Key, StringComparer.Ordinal)
            .Select(f => InvariantCheck.Parse(f.Key, f.Value)),
    ];

    public static IReadOnlyDictionary<string, CheckInput> Inputs { get; } =
        Files
            .Where(f => f.Key.StartsWith(InputFolder, StringComparison.Ordinal))
            .Select(f => CheckInput.Parse(f.Key[InputFolder.Length..], f.Value))
            .ToDictionary(i => i.Name);

    private static Dictionary<string, string> Read()
    {
        var assembly = typeof(Invariants).Assembly;
        return assembly
            .GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .ToDictionary(
                name => name.Replace('\\', '/')[..^".sql".Length],
                name =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                    return reader.ReadToEnd().ReplaceLineEndings("\n");
                }
            );
    }
}
