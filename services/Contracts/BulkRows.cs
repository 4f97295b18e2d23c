namespace DaprShop.Contracts;

/// <summary>A stretch of a bulk file, from the gateway to Orders. Sending it again changes nothing.</summary>
public sealed record BulkRows(IReadOnlyList<BulkRow> Rows);

/// <summary>An order of a bulk file, as it was sent.</summary>
/// <param name="Row">The line of the file on which it begins; the file's first line is 1.</param>
/// <param name="Body">The order as JSON; null where there is only a fault.</param>
/// <param name="Fault">Why it cannot be read at all.</param>
public sealed record BulkRow(int Row, string? Body, string? Fault = null);

/// <summary>What the gateway reads of the answer to a bulk job's opening.</summary>
public sealed record BulkJobId(Guid Id);

/// <summary>What a bulk file is made of, and how much of it.</summary>
public static class BulkFormat
{
    /// <summary>Media type of one JSON object a line.</summary>
    public const string Ndjson = "application/x-ndjson";

    /// <summary>Media type of comma-separated values with a header.</summary>
    public const string Csv = "text/csv";

    /// <summary>Bytes of a line, at most.</summary>
    public const int MaxLineLength = 256 * 1024;
}
