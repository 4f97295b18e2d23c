using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace DaprShop.Shop.Testing;

/// <summary>
/// The end of a test run's output: the slowest tests, the skipped ones, each failure with its cause, and the counts
/// alone on the last line. CI keeps only the end of the output.
/// </summary>
internal static partial class TestReport
{
    private const int Slowest = 15;

    public static string Of(IReadOnlyList<TestResult> results)
    {
        var text = new StringBuilder();
        text.AppendLine("Slowest classes:");
        foreach (
            var (name, seconds) in results
                .Where(result => result.Class.Length > 0)
                .GroupBy(result => $"{result.Class} ({result.Job})")
                .Select(group => (group.Key, Seconds: group.Sum(result => result.Duration.TotalSeconds)))
                .OrderByDescending(group => group.Seconds)
                .Take(Slowest)
        )
            text.AppendLine(CultureInfo.InvariantCulture, $"  {seconds, 6:0} s  {name}");
        text.AppendLine("Slowest tests:");
        foreach (var test in results.OrderByDescending(result => result.Duration).Take(Slowest))
            text.AppendLine(CultureInfo.InvariantCulture, $"  {test.Duration.TotalSeconds, 6:0} s  {test.Name}");
        foreach (var skipped in results.Where(result => result.Status == TestStatus.Skipped))
            text.AppendLine($"skipped {skipped.Name}: {FirstLine(skipped.Message)}");
        foreach (var failed in results.Where(result => result.Status == TestStatus.Failed))
            Append(text, failed);
        return text.Append(
                $"{Count(TestStatus.Passed)} passed, {Count(TestStatus.Failed)} failed, "
                    + $"{Count(TestStatus.Skipped)} skipped"
            )
            .ToString();

        int Count(TestStatus status) => results.Count(result => result.Status == status);
    }

    private static void Append(StringBuilder text, TestResult failed)
    {
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"failed {failed.Name} ({failed.Job}, {failed.Duration.TotalSeconds:0.0} s)"
        );
        foreach (var line in Lines(failed.Message))
            text.AppendLine("  " + line);
        // The frames of libraries have no source line; they do not help.
        foreach (var line in Lines(failed.Stack).Where(line => SourceLine().IsMatch(line)))
            text.AppendLine("  " + line.Trim());
    }

    private static string FirstLine(string? text) => Lines(text).FirstOrDefault() ?? "";

    private static string[] Lines(string? text) =>
        (text ?? "").ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@" in .*:(line )?\d+$")]
    private static partial Regex SourceLine();
}
