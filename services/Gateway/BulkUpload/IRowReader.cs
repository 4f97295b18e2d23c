using DaprShop.Contracts;

namespace DaprShop.Gateway.BulkUpload;

/// <summary>Assembles orders from a file's lines. It holds one order at a time.</summary>
internal interface IRowReader
{
    /// <summary>Returns the orders that <paramref name="line"/> completes.</summary>
    IEnumerable<BulkRow> Read(FileLine line);

    /// <summary>Returns the orders that the end of the file completes.</summary>
    IEnumerable<BulkRow> Complete();
}

/// <summary>Reads one JSON object per line. Blank lines are skipped; Orders parses the JSON.</summary>
internal sealed class NdjsonRowReader : IRowReader
{
    public IEnumerable<BulkRow> Read(FileLine line) =>
        line is { Error: null } && string.IsNullOrWhiteSpace(line.Text)
            ? []
            : [new BulkRow(line.Number, line.Text, line.Error)];

    public IEnumerable<BulkRow> Complete() => [];
}
