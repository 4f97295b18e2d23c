namespace EmbeddedDapr.Workflows;

/// <summary>What may name an instance.</summary>
internal static class InstanceId
{
    private const int Longest = 512;

    /// <returns>What is wrong with the id; null when nothing is.</returns>
    public static string? Fault(string id) =>
        id.Length is 0 or > Longest ? $"A workflow's id has 1 to {Longest} characters; this one has {id.Length}."
        : id.Contains('\0') || id.Contains("||", StringComparison.Ordinal)
            ? "A workflow's id must hold neither '||' nor a zero character."
        : null;
}
