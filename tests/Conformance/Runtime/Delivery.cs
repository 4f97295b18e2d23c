using System.Globalization;

namespace DaprShop.Conformance.Runtime;

/// <summary>A line of an app's record.</summary>
/// <param name="What"><c>received</c>, <c>done</c>, <c>rejected</c>, or a step of a workflow or an actor.</param>
/// <param name="Subject">Component and topic, or the workflow's or actor's id.</param>
/// <param name="At">Milliseconds since 1970.</param>
internal sealed record Delivery(string What, string Subject, long Number, long At)
{
    /// <summary>All lines written so far, without a last line that its killed writer left incomplete.</summary>
    public static List<Delivery> Read(string file) =>
        !File.Exists(file)
            ? []
            :
            [
                .. File.ReadAllText(file)
                    .Split('\n')[..^1]
                    .Select(line => line.Split(' '))
                    .Select(parts => new Delivery(
                        parts[0],
                        parts[1],
                        long.Parse(parts[2], CultureInfo.InvariantCulture),
                        long.Parse(parts[3], CultureInfo.InvariantCulture)
                    )),
            ];
}
