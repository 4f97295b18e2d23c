namespace DaprShop.History.Domain;

/// <summary>How far a rebuild is, or how it ended.</summary>
internal enum RebuildPhase
{
    /// <summary>The producers' logs are applied to empty tables.</summary>
    Reading,

    /// <summary>What that gave is compared with the live history.</summary>
    Comparing,

    /// <summary>The live history is what its producers told, byte for byte.</summary>
    Identical,

    /// <summary>It was not, and is now.</summary>
    Healed,

    /// <summary>Nothing was changed; the error says why.</summary>
    Failed,
}

/// <summary>A rebuild of history.</summary>
/// <param name="Events">Events read so far, those left out included.</param>
/// <param name="Of">Events that the live history has read, as far as known.</param>
/// <param name="LeftOut">Events that neither side has: parked, or impossible to apply.</param>
internal sealed record RebuildRun(
    Guid Id,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    RebuildPhase Phase,
    long Events,
    long Of,
    IReadOnlyList<RebuiltTable> Tables,
    IReadOnlyList<LeftOutEvent> LeftOut,
    string? Error
)
{
    public static RebuildRun New(DateTimeOffset now) =>
        new(Guid.CreateVersion7(now), now, null, RebuildPhase.Reading, 0, 0, [], [], null);

    public bool IsOver => Phase > RebuildPhase.Comparing;
}

/// <summary>A table as it is live, and as the logs make it. Digests do not depend on the order of rows.</summary>
/// <param name="Forged">Rows that are live and in no log.</param>
/// <param name="Missing">Rows that the logs make and that are not live.</param>
/// <param name="Examples">The first of both.</param>
internal sealed record RebuiltTable(
    string Name,
    long LiveRows,
    string LiveDigest,
    long Rows,
    string Digest,
    long Forged,
    long Missing,
    IReadOnlyList<RebuiltRow> Examples
)
{
    public bool IsIdentical => (LiveRows, LiveDigest, Forged, Missing) == (Rows, Digest, 0, 0);
}

/// <summary>A row that is on one side only, as PostgreSQL writes it: an altered row is there twice.</summary>
internal sealed record RebuiltRow(string Side, string Row);

/// <summary>An event without an effect.</summary>
/// <param name="Parked">An operator may still replay it; else the rebuild alone could not apply it.</param>
internal sealed record LeftOutEvent(string Producer, long Position, string Type, bool Parked);
