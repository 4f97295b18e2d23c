using System.CommandLine;
using System.Text.Json;
using DaprShop.Shop.Gateway;
using DaprShop.Shop.Import;

namespace DaprShop.Shop.Commands;

/// <summary>
/// <c>shop import</c>: imports a retailer's file through the gateway and reconciles the result to the penny. Exit code
/// 0 only when every figure matches.
/// </summary>
internal static class ImportCommand
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var file = new Argument<string>("file")
        {
            Description = "The retail file (.csv or .csv.xz), or `sample` for 100 generated orders.",
        };
        var opening = new Option<OpeningStock>("--opening")
        {
            Description =
                "Stock before the first order: exactly the ordered units, one unit less of each SKU (short), or ten "
                + "times as much (plenty). Default: exact.",
        }.AcceptOnlyFromAmong("exact", "short", "plenty");
        var orders = WholeNumber.Option(
            "--orders",
            "Import only the first N orders of the file. Default: all.",
            least: 1
        );
        var json = CommonOptions.Json();
        var command = new Command("import", "Import a retailer's orders and returns, and reconcile the result.")
        {
            file,
            opening,
            orders,
            json,
        };
        command.SetAction(
            (parsed, cancel) =>
                RunAsync(
                    RetailSource.Of(parsed.GetValue(file)!),
                    parsed.GetValue(opening),
                    parsed.GetValue(orders) ?? int.MaxValue,
                    parsed.GetValue(json),
                    cancel
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        RetailSource source,
        OpeningStock opening,
        int orders,
        bool asJson,
        CancellationToken cancel
    )
    {
        var shop = ShopFolder.Find();
        using var gateway = OperatorSession.Connect(shop, Importer.Operator);
        Task<ImportResult> Run(IImportProgress progress) =>
            new Importer(gateway, shop, source, opening, orders, progress).RunAsync(cancel);
        var result = asJson ? await Run(ImportProgressDisplay.Silent) : await ImportProgressDisplay.RunAsync(Run);
        if (asJson)
            Console.WriteLine(JsonSerializer.Serialize(result, Format));
        else
            ImportProgressDisplay.Print(result);
        return result.Reconciled ? 0 : 1;
    }
}
