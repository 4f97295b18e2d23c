using System.Globalization;

namespace EmbeddedDapr.Resources;

/// <summary>Reads sizes in the notation of <c>maxBodySize</c>: <c>16Mi</c>, <c>512Ki</c>, or bytes.</summary>
internal static class BodySize
{
    /// <summary>Dapr's default, in bytes.</summary>
    public const long Default = 4 * 1024 * 1024;

    public static long Parse(string? text)
    {
        if (text is null)
            return Default;
        var (digits, unit) = text switch
        {
            [.. var d, 'K', 'i'] => (d, 1024L),
            [.. var d, 'M', 'i'] => (d, 1024L * 1024),
            [.. var d, 'G', 'i'] => (d, 1024L * 1024 * 1024),
            _ => (text, 1L),
        };
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count * unit
            : throw new RunFileException($"maxBodySize is '{text}'; allowed are bytes, or Ki, Mi or Gi, as in 16Mi.");
    }
}
