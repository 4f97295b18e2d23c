using System.Globalization;
using System.Xml.Linq;

namespace DaprShop.Shop.Testing;

/// <summary>A test that ran, or was skipped.</summary>
/// <param name="Job">The job it ran in.</param>
/// <param name="Class">Its class, without the namespace.</param>
/// <param name="Name">Its display name.</param>
/// <param name="Message">Why it failed or was skipped; null if it passed.</param>
/// <param name="Stack">Of a failure.</param>
internal sealed record TestResult(
    string Job,
    string Class,
    string Name,
    TestStatus Status,
    TimeSpan Duration,
    string? Message = null,
    string? Stack = null
);

/// <summary>The outcome of a test.</summary>
internal enum TestStatus
{
    Passed,
    Failed,
    Skipped,
}

/// <summary>Reads the result file of an xunit runner (its own XML format).</summary>
internal static class TestResults
{
    /// <summary>
    /// The tests of a job, and as failures also what went wrong outside of tests (fixtures, clean-up).
    /// </summary>
    public static IReadOnlyList<TestResult> Parse(string job, XDocument document) =>
        [
            .. document
                .Descendants("test")
                .Where(test => (string?)test.Attribute("result") != "NotRun")
                .Select(test => OfTest(job, test)),
            .. document
                .Descendants("error")
                .Select(error => new TestResult(
                    job,
                    "",
                    $"{(string?)error.Attribute("type")} {(string?)error.Attribute("name")}".Trim(),
                    TestStatus.Failed,
                    TimeSpan.Zero,
                    MessageOf(error),
                    StackOf(error)
                )),
        ];

    private static TestResult OfTest(string job, XElement test)
    {
        var type = (string?)test.Attribute("type") ?? "";
        return new TestResult(
            job,
            type[(type.LastIndexOf('.') + 1)..],
            Unescape((string?)test.Attribute("name")) ?? "",
            (string?)test.Attribute("result") switch
            {
                "Pass" => TestStatus.Passed,
                "Skip" => TestStatus.Skipped,
                _ => TestStatus.Failed,
            },
            TimeSpan.FromSeconds(
                double.Parse((string?)test.Attribute("time") ?? "0", NumberStyles.Float, CultureInfo.InvariantCulture)
            ),
            MessageOf(test) ?? (string?)test.Element("reason"),
            StackOf(test)
        );
    }

    private static string? MessageOf(XElement element) =>
        Unescape((string?)element.Element("failure")?.Element("message"));

    private static string? StackOf(XElement element) =>
        Unescape((string?)element.Element("failure")?.Element("stack-trace"));

    /// <summary>The runner escapes quotation marks.</summary>
    private static string? Unescape(string? text) => text?.Replace("\\\"", "\"", StringComparison.Ordinal);
}
