using System.CommandLine;
using System.Text.Json;
using DaprShop.Shop.Import;
using DaprShop.Shop.Infrastructure;
using Spectre.Console;

namespace DaprShop.Shop.Commands;

/// <summary><c>shop history rebuild</c>: history made anew from the services' logs while orders flow. Exit code 0 if it is the live one, 1 if they differed, 2 if it could not be made.</summary>
internal static class History
{
    private const string Path = "ops/history/rebuild";
    private const int CouldNot = 2;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "One JSON object and nothing else." };
        var rebuild = new Command(
            "rebuild",
            "Rebuild history from the services' logs, compare it with the live one, and heal that."
        )
        {
            json,
        };
        rebuild.SetAction((given, cancel) => RunAsync(given.GetValue(json), cancel));
        return new Command("history", "What happened to orders and stock.") { rebuild };
    }

    private static async Task<int> RunAsync(bool asJson, CancellationToken cancel)
    {
        try
        {
            return await RebuildAsync(asJson, cancel);
        }
        catch (ShopException e)
        {
            // A shop that is down has not told of any difference.
            throw new ShopException(e.Message, CouldNot);
        }
    }

    private static async Task<int> RebuildAsync(bool asJson, CancellationToken cancel)
    {
        using var gateway = Operator.Connect(ShopFolder.Find(), "history");
        Task<JsonElement> Run(Action<string> show) => FollowAsync(gateway, show, cancel);
        var run =
            asJson || Console.IsOutputRedirected
                ? await Run(_ => { })
                : await AnsiConsole
                    .Status()
                    .StartAsync("Reading…", status => Run(text => status.Status(Markup.Escape(text))));
        if (asJson)
            Console.WriteLine(JsonSerializer.Serialize(run, Format));
        else
            Print(run);
        return run.GetProperty("phase").GetString() switch
        {
            "identical" => 0,
            "healed" => 1,
            _ => CouldNot,
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
                    "History was restarted in the middle; nothing was changed. Start again.",
                    CouldNot
                );
            if (run.GetProperty("endedAt").ValueKind != JsonValueKind.Null)
                return run;
            show(
                $"{run.GetProperty("phase").GetString()}: {run.GetProperty("events").GetInt64():N0} of {run.GetProperty("of").GetInt64():N0} events"
            );
            await Task.Delay(Glance, cancel);
        }
    }

    private static void Print(JsonElement run)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("table");
        foreach (
            var column in new[] { "rows live", "rows rebuilt", "forged", "missing", "digest live", "digest rebuilt" }
        )
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var t in Tables(run))
        {
            table.AddRow([
                .. ((string[])["name", "liveRows", "rows", "forged", "missing", "liveDigest", "digest"]).Select(
                    key => new Text(
                        t.GetProperty(key) is { ValueKind: JsonValueKind.Number } number
                            ? $"{number.GetInt64():N0}"
                            : t.GetProperty(key).GetString()!
                    )
                ),
            ]);
        }

        AnsiConsole.Write(table);
        foreach (
            var (t, row) in Tables(run)
                .SelectMany(t => t.GetProperty("examples").EnumerateArray(), (t, row) => (t, row))
        )
            Console.WriteLine($"{t.GetProperty("name")}, only {row.GetProperty("side")}: {row.GetProperty("row")}");
        foreach (var left in run.GetProperty("leftOut").EnumerateArray())
            Console.WriteLine(
                $"Left out: event {left.GetProperty("position")} of {left.GetProperty("producer")} ({left.GetProperty("type")}), {(left.GetProperty("parked").GetBoolean() ? "which is parked" : "which cannot be applied")}."
            );
        Console.WriteLine(
            run.GetProperty("phase").GetString() switch
            {
                "identical" =>
                    $"Rebuilt from {run.GetProperty("events").GetInt64():N0} events: identical, byte for byte.",
                "healed" =>
                    $"Rebuilt from {run.GetProperty("events").GetInt64():N0} events: the live history differed, and is mended.",
                _ => $"Not rebuilt, nothing was changed: {run.GetProperty("error").GetString()}",
            }
        );
    }

    private static JsonElement.ArrayEnumerator Tables(JsonElement run) => run.GetProperty("tables").EnumerateArray();
}
