namespace DaprShop.Shop.Audit;

/// <summary>An invariant, or a part of one, as SQL. The file's first statement counts what is checked, the second yields the violations: subject and detail.</summary>
/// <param name="Name">The file's: the invariant's number, and what part of it this is, where there are several.</param>
/// <param name="Databases">Where it runs: once in each.</param>
/// <param name="What">What holds, as a sentence.</param>
/// <param name="AtRest">True where it says something only while nothing is under way.</param>
/// <param name="OnRequest">True for what takes longer, and proves little more.</param>
/// <param name="Inputs">Projections of other databases that it reads as temporary tables.</param>
internal sealed record Check(
    string Name,
    IReadOnlyList<string> Databases,
    string What,
    bool AtRest,
    bool OnRequest,
    IReadOnlyList<string> Inputs,
    string Sql
)
{
    private const string Rest = "-- at rest";
    private const string Request = "-- on request";
    private const string With = "-- with: ";

    /// <summary>The invariant's number, <c>I-01</c> for instance.</summary>
    public string Id => Name.Split('.')[0];

    /// <summary>Reads a file that begins with <c>-- database: sentence</c>, and goes on with <c>-- at rest</c>, <c>-- on request</c> and <c>-- with: input, input</c> where these apply.</summary>
    public static Check Parse(string name, string text)
    {
        var (databases, what) = SqlFile.Header(text);
        var lines = text.Split('\n');
        var inputs = lines.FirstOrDefault(line => line.StartsWith(With, StringComparison.Ordinal))?[With.Length..];
        return new Check(
            name,
            databases,
            what,
            lines.Contains(Rest),
            lines.Contains(Request),
            inputs is null ? [] : SqlFile.Names(inputs),
            text
        );
    }
}

/// <summary>A projection of one or more databases, for checks in another.</summary>
/// <param name="Columns">The temporary table's columns, in SQL.</param>
internal sealed record Input(string Name, IReadOnlyList<string> Databases, string Columns, string Sql)
{
    /// <summary>Reads a file that begins with <c>-- database: (columns)</c>.</summary>
    public static Input Parse(string name, string text)
    {
        var (databases, columns) = SqlFile.Header(text);
        return new Input(name, databases, columns, text);
    }
}

internal static class SqlFile
{
    /// <summary>Stands in the SQL for the service whose database it runs in.</summary>
    public const string Service = "{service}";

    public static (IReadOnlyList<string> Databases, string Text) Header(string text)
    {
        var line = text[..text.IndexOf('\n', StringComparison.Ordinal)];
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        return (Names(line[3..colon]), line[(colon + 2)..]);
    }

    public static IReadOnlyList<string> Names(string list) => list.Split(',', StringSplitOptions.TrimEntries);
}
