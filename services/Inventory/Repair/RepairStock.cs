using System.Text.Json;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Inventory.Repair;

/// <summary>
/// <c>POST /ops/stock/repair</c>: repairs differences between ledger, levels and claims by compensating movements, and
/// serves backorders and waitlists for which units are available. It returns every change; where nothing differs, it
/// changes nothing.
/// </summary>
internal static class RepairStock
{
    /// <summary>SKUs per transaction: they are locked while their ledger is read.</summary>
    private const int BatchSize = 200;

    private const string AllSkus = "select distinct sku from levels order by sku";

    private sealed record SkuRow(string Sku);

    /// <param name="Skus">Null: all.</param>
    internal sealed record Request(IReadOnlyList<string>? Skus = null);

    public static async Task<IResult> HandleAsync(
        Request body,
        IdempotencyKey key,
        StockCommandQueue stock,
        NpgsqlDataSource database,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (body.Skus?.Any(string.IsNullOrEmpty) == true)
            return Problems.Invalid([new("/skus", "A SKU must not be empty. Leave the list out to repair all SKUs.")]);
        var skus = body.Skus?.Distinct(StringComparer.Ordinal)
            ?? (await database.QueryAsync<SkuRow>(AllSkus, [], cancellationToken)).Select(s => s.Sku);
        var (fingerprint, number) = (IdempotencyKey.Fingerprint(context, body), 0);
        var (changes, busy) = (new List<StockResponses.RepairedItem>(), new List<string>());
        foreach (var part in skus.Chunk(BatchSize))
        {
            var answer = await stock.RunAsync<CommandOutcome>(
                new RepairCommand($"{key.Value}/{++number}", fingerprint, part, $"requested by {context.Name()}"),
                cancellationToken
            );
            if (answer.Refusal is not null)
                return OutcomeResults.Of(answer, context);
            if (answer.Replayed)
                context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
            var repaired = JsonSerializer.Deserialize<StockResponses.RepairResponse>(answer.Body, StockResponses.Json)!;
            changes.AddRange(repaired.Changes);
            busy.AddRange(repaired.Busy);
        }

        return TypedResults.Ok(new StockResponses.RepairResponse(changes, busy));
    }
}
