using System.CommandLine;
using System.Text.Json;
using DaprShop.Shop.Audit;
using Spectre.Console;

namespace DaprShop.Shop.Commands;

/// <summary>
/// <c>shop audit</c>: checks every invariant in the services' databases. Exit code 1 on a violation, 2 where some
/// checks could not run.
/// </summary>
internal static class AuditCommand
{
    private const int DefaultWaitSeconds = 30;
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var json = CommonOptions.Json();
        var wait = WholeNumber.Option(
            "--wait",
            $"Wait up to this many seconds for the shop to become idle. Default: {DefaultWaitSeconds}.",
            least: 0
        );
        var rebuild = new Option<bool>("--rebuild")
        {
            Description = "Also rebuild the stock levels from the ledger and compare every column.",
        };
        var command = new Command("audit", "Check every invariant over all databases.") { json, wait, rebuild };
        command.SetAction(
            (parsed, cancel) =>
                RunAsync(
                    ShopFolder.Find(),
                    parsed.GetValue(json),
                    parsed.GetValue(rebuild),
                    TimeSpan.FromSeconds(parsed.GetValue(wait) ?? DefaultWaitSeconds),
                    cancel
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        ShopFolder shop,
        bool asJson,
        bool rebuild,
        TimeSpan timeout,
        CancellationToken cancel
    )
    {
        var auditor = new Auditor(AuditedDatabases.Of(shop), HttpProviderLedger.Of(shop));
        var report = asJson
            ? await auditor.RunAsync(timeout, rebuild, cancel)
            : await AnsiConsole.Status().StartAsync("Auditing…", _ => auditor.RunAsync(timeout, rebuild, cancel));
        if (asJson)
            Console.WriteLine(JsonSerializer.Serialize(Summary(report), Format));
        else
            Print(report);
        if (report.ActiveWork.Count > 0)
        {
            await Console.Error.WriteLineAsync(
                $"The shop was not idle after {timeout.TotalSeconds:0} s ({string.Join(", ", report.ActiveWork)}), so "
                    + "the checks that need an idle shop were skipped. Try again later, or with a longer --wait."
            );
        }

        return report.Violations > 0 ? 1
            : report.ActiveWork.Count > 0 ? 2
            : 0;
    }

    private static object Summary(AuditReport report) =>
        new
        {
            report.Violations,
            Invariants = report
                .Findings.GroupBy(f => f.Check.Id)
                .Select(g => new
                {
                    Id = g.Key,
                    Checked = g.Sum(f => f.Checked),
                    Violations = g.Sum(f => f.Violations),
                }),
        };

    private static void Print(AuditReport report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("id", "invariant");
        table
            .AddColumn(new TableColumn("checked").RightAligned())
            .AddColumn(new TableColumn("violations").RightAligned());
        foreach (var check in report.Findings.GroupBy(f => f.Check))
        {
            var violations = check.Sum(f => f.Violations);
            table.AddRow(
                new Text(check.Key.Id),
                new Text(check.Key.Statement),
                new Text($"{check.Sum(f => f.Checked):N0}"),
                check.First().Skipped
                    ? new Text("skipped", Color.Yellow)
                    : new Text($"{violations:N0}", violations > 0 ? Color.Red : Color.Green)
            );
        }

        ConsoleTable.Write(table);
        var examples = report.Findings.SelectMany(f => f.Examples, (finding, violation) => (finding, violation));
        foreach (var (finding, violation) in examples.Take(Auditor.MaxExamples))
            Console.WriteLine($"{finding.Check.Id} {finding.Database}: {violation.Subject}: {violation.Detail}");
        if (report.Violations > Auditor.MaxExamples)
            Console.WriteLine($"… and {report.Violations - Auditor.MaxExamples:N0} more.");
        if (report.Parked > 0)
            Console.WriteLine(
                $"Parked messages: {report.Parked:N0}. GET /ops/dead-letters lists them with their causes."
            );
        Console.WriteLine(
            report.Violations > 0 ? $"Violations: {report.Violations:N0}."
            : report.ActiveWork.Count == 0 ? "Every invariant holds."
            : "No violation in the checks that ran."
        );
    }
}
