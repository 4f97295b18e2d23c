namespace DaprShop.History.Rebuild;

/// <summary>The progress or the outcome of a rebuild.</summary>
internal enum RebuildPhase
{
    /// <summary>The producers' events are applied to empty tables.</summary>
    Reading,

    /// <summary>The rebuilt tables are compared with the live ones.</summary>
    Comparing,

    /// <summary>The live history equals the rebuilt one, byte for byte.</summary>
    Identical,

    /// <summary>The live history differed and was repaired.</summary>
    Repaired,

    /// <summary>Nothing was changed; the run's error says why.</summary>
    Failed,
}

/// <summary>A rebuild of history.</summary>
/// <param name="EndedAt">Null while it runs.</param>
/// <param name="Events">Events read so far, skipped ones included.</param>
/// <param name="TotalEvents">Events that the live history has read, as far as known.</param>
/// <param name="Skipped">Events that neither history contains: parked, or impossible to apply.</param>
/// <param name="Error">Why it failed; null where it did not.</param>
internal sealed record RebuildRun(
    Guid Id,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    RebuildPhase Phase,
    long Events,
    long TotalEvents,
    IReadOnlyList<RebuiltTable> Tables,
    IReadOnlyList<SkippedEvent> Skipped,
    string? Error
)
{
    public static RebuildRun New(DateTimeOffset now) =>
        new(Guid.CreateVersion7(now), now, null, RebuildPhase.Reading, 0, 0, [], [], null);
}

/// <summary>A live table compared with the rebuilt one. Digests do not depend on the order of rows.</summary>
/// <param name="Unexpected">Live rows that no log explains.</param>
/// <param name="Missing">Rebuilt rows that are not live.</param>
/// <param name="Examples">The first rows of both kinds.</param>
internal sealed record RebuiltTable(
    string Name,
    long LiveRows,
    string LiveDigest,
    long Rows,
    string Digest,
    long Unexpected,
    long Missing,
    IReadOnlyList<RebuiltRow> Examples
)
{
    public bool IsIdentical => (LiveRows, LiveDigest, Unexpected, Missing) == (Rows, Digest, 0, 0);
}

/// <summary>
/// A row that only one side has, as PostgreSQL prints it. An altered row is listed twice. <paramref name="Side"/>: live
/// or rebuilt.
/// </summary>
internal sealed record RebuiltRow(string Side, string Row);

/// <summary>An event that was not applied.</summary>
/// <param name="Parked">True: an operator may still replay it. False: the rebuild could not apply it.</param>
internal sealed record SkippedEvent(string Producer, long Position, string Type, bool Parked);
