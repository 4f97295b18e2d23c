namespace DaprShop.Contracts;

/// <summary>
/// A range of rows of a bulk file, from the gateway to Orders. Sending it again has no further effect.
/// </summary>
public sealed record BulkRows(IReadOnlyList<BulkRow> Rows);

/// <summary>An order of a bulk file, as it was sent.</summary>
/// <param name="Row">The line of the file on which it begins; the file's first line is 1.</param>
/// <param name="Body">The order as JSON; null when the row is unreadable.</param>
/// <param name="Error">Why the row is unreadable; null otherwise.</param>
public sealed record BulkRow(int Row, string? Body, string? Error = null);

/// <summary>The id of a bulk job, as the gateway reads it from Orders' response.</summary>
public sealed record BulkJobId(Guid Id);

/// <summary>Media types and limits of bulk files.</summary>
public static class BulkFormat
{
    /// <summary>Media type of one JSON object a line.</summary>
    public const string Ndjson = "application/x-ndjson";

    /// <summary>Media type of comma-separated values with a header.</summary>
    public const string Csv = "text/csv";

    /// <summary>Bytes of a line, at most.</summary>
    public const int MaxLineLength = 256 * 1024;
}
