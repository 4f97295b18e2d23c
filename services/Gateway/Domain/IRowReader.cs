using DaprShop.Contracts;

namespace DaprShop.Gateway.Domain;

/// <summary>Makes orders of a file's lines. It keeps one order at a time.</summary>
internal interface IRowReader
{
    /// <summary>The orders that are complete with this line.</summary>
    IEnumerable<BulkRow> Take(FileLine line);

    /// <summary>Those that are complete with the file's end.</summary>
    IEnumerable<BulkRow> End();
}

/// <summary>One JSON object a line; Orders reads it. Blank lines are nothing.</summary>
internal sealed class NdjsonRows : IRowReader
{
    public IEnumerable<BulkRow> Take(FileLine line) =>
        line is { Fault: null } && string.IsNullOrWhiteSpace(line.Text)
            ? []
            : [new BulkRow(line.Number, line.Text, line.Fault)];

    public IEnumerable<BulkRow> End() => [];
}
