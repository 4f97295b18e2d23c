using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using DaprShop.Conformance.Runtime;
using DaprShop.Shop;

namespace DaprShop.Conformance.Reporting;

/// <summary>Collects results and writes the table to standard output and artifacts/conformance.md.</summary>
internal static class Matrix
{
    private static readonly ConcurrentQueue<Result> Results = new();

    public static void Add(Column column, ITestContext context, IReadOnlyList<string> observations)
    {
        if (context.TestState is not { } state || context.TestMethod is not { } method)
            return;
        var mark = state.Result switch
        {
            TestResult.Passed => '✓',
            TestResult.Failed => '✗',
            _ => '–',
        };
        Results.Enqueue(
            new Result(
                method.MethodName.Replace('_', ' '),
                column,
                mark,
                (double)(state.ExecutionTime ?? 0) / 1000,
                observations
            )
        );
    }

    public static void Publish()
    {
        if (Results.IsEmpty)
            return;
        var text = new StringBuilder()
            .AppendLine(Line(["row", .. Column.All.Select(c => c.ToString())]))
            .AppendLine(Line(Enumerable.Repeat("---", Column.All.Count + 1)));
        foreach (var row in Results.GroupBy(r => r.Row).OrderBy(g => g.Key, StringComparer.Ordinal))
            text.AppendLine(Line([row.Key, .. Column.All.Select(c => Cell(row, c))]));
        text.AppendLine().AppendLine(Line(["row", "column", "observed"])).AppendLine(Line(["---", "---", "---"]));
        foreach (
            var result in Results
                .Where(r => r.Observations.Count > 0)
                .OrderBy(r => r.Row, StringComparer.Ordinal)
                .ThenBy(r => r.Column.ToString(), StringComparer.Ordinal)
        )
            text.AppendLine(Line([result.Row, result.Column.ToString(), string.Join(", ", result.Observations)]));
        var file = Path.Combine(ShopFolder.Find().Root, "artifacts", "conformance.md");
        File.WriteAllText(file, text.ToString());
        Console.WriteLine(text);
    }

    private static string Cell(IEnumerable<Result> row, Column column) =>
        row.FirstOrDefault(r => r.Column.Covers(column)) is { } result
            ? string.Create(CultureInfo.InvariantCulture, $"{result.Mark} {result.Seconds:0}")
            : "–";

    private static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
}
