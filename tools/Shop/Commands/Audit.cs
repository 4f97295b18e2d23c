using System.CommandLine;
using System.Text.Json;
using DaprShop.Shop.Audit;
using DaprShop.Shop.Infrastructure;
using Spectre.Console;

namespace DaprShop.Shop.Commands;

/// <summary><c>shop audit</c>: every invariant, checked in the services' databases. Exit code 1 on a violation, 2 where it could not be checked.</summary>
internal static class Audit
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "One JSON object and nothing else." };
        var wait = Number.Option(
            "--wait",
            "Seconds to wait for the shop to come to rest, at most. Default: 30.",
            least: 0
        );
        var rebuild = new Option<bool>("--rebuild")
        {
            Description = "Also rebuild the stock levels from the ledger, and compare every column.",
        };
        var command = new Command("audit", "Check every invariant over all databases.") { json, wait, rebuild };
        command.SetAction(
            (given, cancel) =>
                RunAsync(
                    ShopFolder.Find(),
                    given.GetValue(json),
                    given.GetValue(rebuild),
                    TimeSpan.FromSeconds(given.GetValue(wait) ?? 30),
                    cancel
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        ShopFolder shop,
        bool asJson,
        bool rebuild,
        TimeSpan patience,
        CancellationToken cancel
    )
    {
        var auditor = new Auditor(AuditedDatabases.Of(shop));
        var report = asJson
            ? await auditor.RunAsync(patience, rebuild, cancel)
            : await AnsiConsole.Status().StartAsync("Auditing…", _ => auditor.RunAsync(patience, rebuild, cancel));
        if (asJson)
            Console.WriteLine(JsonSerializer.Serialize(Summary(report), Format));
        else
            Print(report);
        if (report.Unrest.Count > 0)
        {
            await Console.Error.WriteLineAsync(
                $"Not at rest after {patience.TotalSeconds:0} s ({string.Join(", ", report.Unrest)}): what holds at rest was not checked. Try again later, or with a longer --wait."
            );
        }

        return report.Violations > 0 ? 1
            : report.Unrest.Count > 0 ? 2
            : 0;
    }

    private static object Summary(Report report) =>
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

    private static void Print(Report report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("id", "what");
        table
            .AddColumn(new TableColumn("checked").RightAligned())
            .AddColumn(new TableColumn("violations").RightAligned());
        foreach (var check in report.Findings.GroupBy(f => f.Check))
        {
            var violations = check.Sum(f => f.Violations);
            table.AddRow(
                new Text(check.Key.Id),
                new Text(check.Key.What),
                new Text($"{check.Sum(f => f.Checked):N0}"),
                check.First().Skipped
                    ? new Text("not at rest", Color.Yellow)
                    : new Text($"{violations:N0}", violations > 0 ? Color.Red : Color.Green)
            );
        }

        AnsiConsole.Write(table);
        foreach (
            var (finding, violation) in report.Findings.SelectMany(f => f.First, (f, v) => (f, v)).Take(Auditor.Kept)
        )
            Console.WriteLine($"{finding.Check.Id} {finding.Database}: {violation.Subject}: {violation.Detail}");
        if (report.Violations > Auditor.Kept)
            Console.WriteLine($"… and {report.Violations - Auditor.Kept:N0} more.");
        if (report.Parked > 0)
            Console.WriteLine($"{report.Parked:N0} parked messages: GET /ops/dead-letters tells why.");
        Console.WriteLine(
            report.Violations == 0 && report.Unrest.Count == 0
                ? "Every invariant holds."
                : $"{report.Violations:N0} violations."
        );
    }
}
