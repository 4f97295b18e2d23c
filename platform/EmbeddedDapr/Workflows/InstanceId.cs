namespace EmbeddedDapr.Workflows;

/// <summary>Validates instance ids.</summary>
internal static class InstanceId
{
    private const int MaxLength = 512;

    /// <returns>The validation error; null when the id is valid.</returns>
    public static string? Error(string id) =>
        id.Length is 0 or > MaxLength ? $"A workflow id must have 1 to {MaxLength} characters, not {id.Length}."
        : id.Contains('\0') || id.Contains("||", StringComparison.Ordinal)
            ? "A workflow id must not contain '||' or U+0000."
        : null;
}
