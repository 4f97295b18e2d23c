using System.CommandLine;
using System.Text.Json;
using DaprShop.Shop.Gateway;
using Spectre.Console;

namespace DaprShop.Shop.Commands;

/// <summary>
/// <c>shop history rebuild</c>: rebuilds History from the services' event logs while the shop runs. Exit code 0 if the
/// live history is identical, 1 if it differed and was repaired, 2 if the rebuild failed.
/// </summary>
internal static class HistoryCommand
{
    private const string Path = "ops/history/rebuild";
    private const int FailedExitCode = 2;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var json = CommonOptions.Json();
        var rebuild = new Command(
            "rebuild",
            "Rebuild History from the event logs, compare it with the live history, and repair differences."
        )
        {
            json,
        };
        rebuild.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(json), cancel));
        return new Command("history", "Maintain History, the record of orders and stock.") { rebuild };
    }

    private static async Task<int> RunAsync(bool asJson, CancellationToken cancel)
    {
        try
        {
            return await RebuildAsync(asJson, cancel);
        }
        catch (ShopException e)
        {
            // Exit code 1 means a difference; a shop that is down has shown none.
            throw new ShopException(e.Message, FailedExitCode);
        }
    }

    private static async Task<int> RebuildAsync(bool asJson, CancellationToken cancel)
    {
        using var gateway = OperatorSession.Connect(ShopFolder.Find(), "history");
        Task<JsonElement> Follow(Action<string> show) => FollowAsync(gateway, show, cancel);
        var run =
            asJson || Console.IsOutputRedirected
                ? await Follow(_ => { })
                : await AnsiConsole
                    .Status()
                    .StartAsync("Rebuilding…", status => Follow(text => status.Status(Markup.Escape(text))));
        if (asJson)
            Console.WriteLine(JsonSerializer.Serialize(run, Format));
        else
            Print(run);
        return run.GetProperty("phase").GetString() switch
        {
            "identical" => 0,
            "repaired" => 1,
            _ => FailedExitCode,
        };
    }

    private static async Task<JsonElement> FollowAsync(
        GatewayClient gateway,
        Action<string> show,
        CancellationToken cancel
    )
    {
        var started = await gateway.PostAsync<JsonElement>(Path, new { }, null, cancel);
        for (var run = started; ; run = await gateway.GetAsync<JsonElement>(Path, cancel))
        {
            if (run.GetProperty("id").GetGuid() != started.GetProperty("id").GetGuid())
                throw new ShopException(
                    "History was restarted during the rebuild, and nothing was changed. Run the command again.",
                    FailedExitCode
                );
            if (run.GetProperty("endedAt").ValueKind != JsonValueKind.Null)
                return run;
            show(
                $"{run.GetProperty("phase").GetString()}: {run.GetProperty("events").GetInt64():N0} of "
                    + $"{run.GetProperty("totalEvents").GetInt64():N0} events"
            );
            await Task.Delay(PollInterval, cancel);
        }
    }

    private static void Print(JsonElement run)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("table");
        foreach (
            var column in new[]
            {
                "rows live",
                "rows rebuilt",
                "unexpected",
                "missing",
                "digest live",
                "digest rebuilt",
            }
        )
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var t in Tables(run))
        {
            table.AddRow([
                .. ((string[])["name", "liveRows", "rows", "unexpected", "missing", "liveDigest", "digest"]).Select(
                    key => new Text(
                        t.GetProperty(key) is { ValueKind: JsonValueKind.Number } number
                            ? $"{number.GetInt64():N0}"
                            : t.GetProperty(key).GetString()!
                    )
                ),
            ]);
        }

        ConsoleTable.Write(table);
        foreach (
            var (t, row) in Tables(run)
                .SelectMany(t => t.GetProperty("examples").EnumerateArray(), (t, row) => (t, row))
        )
            Console.WriteLine($"{t.GetProperty("name")}, only {row.GetProperty("side")}: {row.GetProperty("row")}");
        foreach (var skipped in run.GetProperty("skipped").EnumerateArray())
            Console.WriteLine(
                $"Skipped: event {skipped.GetProperty("position")} of {skipped.GetProperty("producer")} "
                    + $"({skipped.GetProperty("type")}), because it "
                    + (skipped.GetProperty("parked").GetBoolean() ? "is parked." : "cannot be applied.")
            );
        Console.WriteLine(
            run.GetProperty("phase").GetString() switch
            {
                "identical" =>
                    $"Rebuilt from {run.GetProperty("events").GetInt64():N0} events: identical, byte for byte.",
                "repaired" =>
                    $"Rebuilt from {run.GetProperty("events").GetInt64():N0} events: the live history differed and was "
                        + "repaired.",
                _ => $"The rebuild failed and nothing was changed: {run.GetProperty("error").GetString()}",
            }
        );
    }

    private static JsonElement.ArrayEnumerator Tables(JsonElement run) => run.GetProperty("tables").EnumerateArray();
}
