using System.CommandLine;
using System.Text.Json;
using DaprShop.Shop.Import;
using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Commands;

/// <summary><c>shop import</c>: a retailer's file through the shop's front door, reconciled to the penny. Exit code 0 only when every figure agrees.</summary>
internal static class Import
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var file = new Argument<string>("file")
        {
            Description = "The retail file (.csv or .csv.xz), or `sample`: a hundred made-up orders.",
        };
        var opening = new Option<Opening>("--opening")
        {
            Description =
                "Stock before the first order: exactly what is ordered, one unit less of each SKU, or ten times as much.",
        }.AcceptOnlyFromAmong("exact", "short", "plenty");
        var orders = Number.Option("--orders", "Only so many orders, from the beginning. Default: all.", least: 1);
        var json = new Option<bool>("--json") { Description = "One JSON object and nothing else." };
        var command = new Command(
            "import",
            "Import a retailer's orders and returns, and compare the outcome with the file."
        )
        {
            file,
            opening,
            orders,
            json,
        };
        command.SetAction(
            (given, cancel) =>
                RunAsync(
                    RetailSource.Of(given.GetValue(file)!),
                    given.GetValue(opening),
                    given.GetValue(orders) ?? int.MaxValue,
                    given.GetValue(json),
                    cancel
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        RetailSource source,
        Opening opening,
        int orders,
        bool asJson,
        CancellationToken cancel
    )
    {
        var shop = ShopFolder.Find();
        using var gateway = Operator.Connect(shop, "import");
        Task<ImportResult> Run(IImportProgress progress) =>
            new Importer(gateway, shop, source, opening, orders, progress).RunAsync(cancel);
        var result = asJson ? await Run(ImportDisplay.Silent) : await ImportDisplay.RunAsync(Run);
        if (asJson)
            Console.WriteLine(JsonSerializer.Serialize(result, Format));
        else
            ImportDisplay.Print(result);
        return result.Reconciled ? 0 : 1;
    }
}

/// <summary>This machine's shop, entered as an operator.</summary>
internal static class Operator
{
    private static readonly TimeSpan Shift = TimeSpan.FromDays(1);

    public static GatewayClient Connect(ShopFolder shop, string name)
    {
        // A running import outlasts a shop that dies; one that begins without a shop would wait for ever.
        var file = DaprFile.Load(Path.Combine(shop.WithShop().Root, "dapr.yaml"));
        return new GatewayClient(Overview.Gateway(file), Pass(name));
    }

    /// <summary>A token for one day.</summary>
    public static string Pass(string name) =>
        Jwt.Create(Token.Key(), name, "operator", TimeProvider.System.GetUtcNow(), Shift);
}
