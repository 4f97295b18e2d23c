namespace EmbeddedDapr.State;

/// <summary>A change of one key.</summary>
/// <param name="Key">As the app names it.</param>
/// <param name="Value">Null: the key is deleted.</param>
/// <param name="ETag">What the key must have now; null when the caller named none.</param>
/// <param name="FirstWrite">Without an ETag, the key must be absent.</param>
/// <param name="TimeToLive">Null: for ever.</param>
internal sealed record StateOperation(string Key, byte[]? Value, string? ETag, bool FirstWrite, TimeSpan? TimeToLive)
{
    /// <summary>A change as both protocols spell it.</summary>
    /// <exception cref="FormatException">A setting is none of those allowed.</exception>
    public static StateOperation Of(
        string key,
        byte[]? value,
        string? etag,
        string? concurrency,
        IEnumerable<KeyValuePair<string, string>>? metadata
    ) =>
        new(
            key,
            value,
            etag is { Length: > 0 } ? etag : null,
            concurrency switch
            {
                null or "" or "last-write" => false,
                "first-write" => true,
                _ => throw new FormatException(
                    $"unrecognized concurrency model '{concurrency}'; first-write and last-write are allowed"
                ),
            },
            metadata?.Where(m => m.Key == "ttlInSeconds").Select(m => (string?)m.Value).FirstOrDefault() switch
            {
                null => null,
                var text when int.TryParse(text, out var seconds) => seconds > 0 ? TimeSpan.FromSeconds(seconds) : null,
                var text => throw new FormatException($"ttlInSeconds is '{text}'; whole seconds are allowed"),
            }
        );
}

/// <summary>A value, the ETag of this version of it, and when it goes (null: never).</summary>
internal sealed record StateValue(byte[] Value, string ETag, DateTime? ExpiresAt);
