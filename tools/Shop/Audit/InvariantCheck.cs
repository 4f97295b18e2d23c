namespace DaprShop.Shop.Audit;

/// <summary>
/// An invariant, or a part of one, as SQL. The file's first query returns the number of checked items, the second one
/// the violations: subject and detail.
/// </summary>
/// <param name="Name">
/// The file's name: the invariant's number, and the name of the part where there are several.
/// </param>
/// <param name="Databases">The check runs once in each of these.</param>
/// <param name="Statement">The invariant as a sentence.</param>
/// <param name="OnlyWhenIdle">True where the check is meaningful only while nothing is in progress.</param>
/// <param name="OnRequest">True for a check that takes longer, and runs only with <c>--rebuild</c>.</param>
/// <param name="Inputs">Projections of other databases that the check reads as temporary tables.</param>
internal sealed record InvariantCheck(
    string Name,
    IReadOnlyList<string> Databases,
    string Statement,
    bool OnlyWhenIdle,
    bool OnRequest,
    IReadOnlyList<string> Inputs,
    string Sql
)
{
    private const string WhenIdleLine = "-- when idle";
    private const string OnRequestLine = "-- on request";
    private const string InputsPrefix = "-- inputs: ";

    /// <summary>The invariant's number, for example <c>I-01</c>.</summary>
    public string Id => Name.Split('.')[0];

    /// <summary>
    /// Reads a file that starts with <c>-- database, database: sentence</c> and may have the lines <c>-- when idle</c>,
    /// <c>-- on request</c> and <c>-- inputs: input, input</c>.
    /// </summary>
    public static InvariantCheck Parse(string name, string text)
    {
        var (databases, statement) = AuditSqlFile.Header(text);
        var lines = text.Split('\n');
        var inputs = lines
            .FirstOrDefault(line => line.StartsWith(InputsPrefix, StringComparison.Ordinal))
            ?[InputsPrefix.Length..];
        return new InvariantCheck(
            name,
            databases,
            statement,
            lines.Contains(WhenIdleLine),
            lines.Contains(OnRequestLine),
            inputs is null ? [] : AuditSqlFile.Names(inputs),
            text
        );
    }
}

/// <summary>A projection of one or more databases that checks in another database read.</summary>
/// <param name="Columns">The temporary table's columns, in SQL.</param>
internal sealed record CheckInput(string Name, IReadOnlyList<string> Databases, string Columns, string Sql)
{
    /// <summary>Reads a file that starts with <c>-- database, database: (columns)</c>.</summary>
    public static CheckInput Parse(string name, string text)
    {
        var (databases, columns) = AuditSqlFile.Header(text);
        return new CheckInput(name, databases, columns, text);
    }
}

/// <summary>The header line of an SQL file, and its placeholder.</summary>
internal static class AuditSqlFile
{
    /// <summary>Replaced in the SQL by the service in whose database it runs.</summary>
    public const string Service = "{service}";

    private const string Start = "-- ";
    private const string Continuation = "--   ";

    /// <summary>
    /// Splits the header, <c>-- database, database: text</c>. The text continues in lines with two more blanks.
    /// </summary>
    public static (IReadOnlyList<string> Databases, string Text) Header(string text)
    {
        var lines = text.Split('\n');
        var more = lines.Skip(1).TakeWhile(line => line.StartsWith(Continuation, StringComparison.Ordinal));
        var header = string.Join(' ', [lines[0][Start.Length..], .. more.Select(line => line[Continuation.Length..])]);
        var colon = header.IndexOf(": ", StringComparison.Ordinal);
        return (Names(header[..colon]), header[(colon + 2)..]);
    }

    public static IReadOnlyList<string> Names(string list) => list.Split(',', StringSplitOptions.TrimEntries);
}
