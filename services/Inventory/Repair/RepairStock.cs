using System.Text.Json;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Inventory.Repair;

/// <summary>
/// <c>POST /ops/stock/repair</c>: heals drift between ledger, levels and claims by compensating movements, and serves who waits though units are
/// there. It answers every change; where nothing is wrong, it changes nothing.
/// </summary>
internal static class RepairStock
{
    /// <summary>SKUs per transaction: their levels are locked while their ledger is read.</summary>
    private const int AtOnce = 200;

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
            return Problems.Invalid([new("/skus", "SKUs are names, not empty; leave the list out for all.")]);
        var skus = body.Skus?.Distinct(StringComparer.Ordinal) ?? await AllAsync(database, cancellationToken);
        var (fingerprint, number) = (IdempotencyKey.Fingerprint(context, body), 0);
        var (changes, busy) = (new List<StockResponses.Change>(), new List<string>());
        foreach (var part in skus.Chunk(AtOnce))
        {
            var answer = await stock.RunAsync<CommandOutcome>(
                new RepairCommand($"{key.Value}/{++number}", fingerprint, part, $"asked for by {context.Name()}"),
                cancellationToken
            );
            if (answer.Refusal is not null)
                return OutcomeResults.Of(answer, context);
            if (answer.Replayed)
                context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
            var repaired = JsonSerializer.Deserialize<StockResponses.Repaired>(answer.Body, StockResponses.Json)!;
            changes.AddRange(repaired.Changes);
            busy.AddRange(repaired.Busy);
        }

        return TypedResults.Ok(new StockResponses.Repaired(changes, busy));
    }

    private static Task<List<string>> AllAsync(NpgsqlDataSource database, CancellationToken cancellationToken) =>
        database.QueryAsync("select distinct sku from levels order by 1", [], r => r.GetString(0), cancellationToken);
}
