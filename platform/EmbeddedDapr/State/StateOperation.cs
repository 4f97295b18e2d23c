namespace EmbeddedDapr.State;

/// <summary>An operation on one key.</summary>
/// <param name="Key">The key as the app names it.</param>
/// <param name="Value">Null: delete the key.</param>
/// <param name="ETag">The ETag that the key must have; null: no condition.</param>
/// <param name="FirstWrite">The key must be absent, if no ETag is given.</param>
/// <param name="TimeToLive">Null: unlimited.</param>
internal sealed record StateOperation(string Key, byte[]? Value, string? ETag, bool FirstWrite, TimeSpan? TimeToLive)
{
    /// <summary>Reads an operation as both protocols write it.</summary>
    /// <exception cref="FormatException">A setting is invalid.</exception>
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
                var text => throw new FormatException($"ttlInSeconds is '{text}'; it must be whole seconds"),
            }
        );
}

/// <summary>A value, its ETag, and its expiry in UTC (null: never).</summary>
internal sealed record StateValue(byte[] Value, string ETag, DateTime? ExpiresAt);
