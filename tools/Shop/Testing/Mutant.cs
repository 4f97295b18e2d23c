using System.Text.Json;

namespace DaprShop.Shop.Testing;

/// <summary>A change that Stryker.NET made to a rule, and what the tests made of it.</summary>
/// <param name="File">The source file's name.</param>
/// <param name="Line">From 1.</param>
/// <param name="Mutation">The kind of change, for example <c>Equality mutation</c>.</param>
/// <param name="Replacement">The changed code.</param>
/// <param name="Status">Stryker's: <c>Killed</c>, <c>Timeout</c>, <c>Survived</c>, <c>NoCoverage</c>, or not tested.</param>
internal sealed record Mutant(string File, int Line, string Mutation, string Replacement, string Status)
{
    private const int MaxReplacement = 90;

    /// <summary>The tests failed, or never ended: they notice the change.</summary>
    public bool IsDetected => Status is "Killed" or "Timeout";

    /// <summary>The tests passed, or none runs the changed code.</summary>
    public bool IsUndetected => Status is "Survived" or "NoCoverage";

    /// <summary>The mutants of a report in the schema that Stryker writes as <c>mutation-report.json</c>.</summary>
    public static IReadOnlyList<Mutant> Parse(string report)
    {
        using var document = JsonDocument.Parse(report);
        return
        [
            .. document
                .RootElement.GetProperty("files")
                .EnumerateObject()
                .SelectMany(file =>
                    file.Value.GetProperty("mutants")
                        .EnumerateArray()
                        .Select(mutant => new Mutant(
                            Path.GetFileName(file.Name),
                            mutant.GetProperty("location").GetProperty("start").GetProperty("line").GetInt32(),
                            mutant.GetProperty("mutatorName").GetString()!,
                            OnOneLine(mutant.GetProperty("replacement").GetString()!),
                            mutant.GetProperty("status").GetString()!
                        ))
                )
                .OrderBy(mutant => mutant.File, StringComparer.Ordinal)
                .ThenBy(mutant => mutant.Line),
        ];
    }

    private static string OnOneLine(string code)
    {
        var line = string.Join(' ', code.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= MaxReplacement ? line : line[..MaxReplacement] + "…";
    }
}
