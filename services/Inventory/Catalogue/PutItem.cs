using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Reading;
using DaprShop.Inventory.Stock;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace DaprShop.Inventory.Catalogue;

/// <summary><c>PUT /items/{sku}</c>: an operator creates or changes an item of the catalogue.</summary>
internal static class PutItem
{
    /// <summary>An item. A service is sold but never stocked.</summary>
    /// <param name="Price">In GBP, with at most four decimals.</param>
    /// <param name="BackorderLimit">Units that may be on backorder at once; 0: none.</param>
    /// <param name="MaxPerCustomer">Units that one customer may buy, over all orders; null: unlimited.</param>
    /// <param name="LowStockAt">Available units at or below which <c>stock.low</c> is published; null: never.</param>
    internal sealed record Request(
        string Name,
        decimal Price,
        bool Stocked = true,
        int BackorderLimit = 0,
        int? MaxPerCustomer = null,
        int? LowStockAt = null
    );

    public static async Task<Results<Ok<Item>, ProblemHttpResult>> HandleAsync(
        string sku,
        Request request,
        IdempotencyKey key,
        NpgsqlDataSource database,
        RelaySignal relay,
        LocalStockCache memory,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var errors = Check(sku, request);
        if (errors.Count > 0)
            return Problems.Invalid(errors);

        // The levels are locked, as for a movement: either this request or a concurrent movement makes stock low.
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var levels = await connection.QueryAsync<BalanceRow>(LockBalances, [sku], cancellationToken);
        var before = await connection.QueryAsync<ThresholdRow>(Threshold, [sku], cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        var written = await IdempotentWrites.RunAsync(
            batch,
            key.Value,
            IdempotencyKey.Fingerprint(context, request),
            """
            written as (
                insert into items (sku, name, price, stocked, backorder_limit, max_per_customer, low_stock_at,
                    limited_since)
                select $3, $4, $5, $6, $7, $8::int, $9::int, case when $8::int is not null then $10::timestamptz end
                from recorded
                on conflict (sku) do update
                set name = excluded.name, price = excluded.price, stocked = excluded.stocked,
                    backorder_limit = excluded.backorder_limit, max_per_customer = excluded.max_per_customer,
                    low_stock_at = excluded.low_stock_at,
                    limited_since = case
                        when items.max_per_customer is distinct from excluded.max_per_customer
                        then excluded.limited_since else items.limited_since end
                returning sku, stocked),
            -- Each stocked SKU has a level from the start, so that every decision on it has a row to lock.
            stocked as (
                insert into levels (sku, location, on_hand, allocated, held, unavailable, incoming, short, sequence,
                    hash)
                select sku, $11, 0, 0, 0, 0, 0, 0, 0, '' from written where stocked on conflict do nothing)
            """,
            [
                sku,
                request.Name,
                request.Price,
                request.Stocked,
                request.BackorderLimit,
                (object?)request.MaxPerCustomer ?? DBNull.Value,
                (object?)request.LowStockAt ?? DBNull.Value,
                time.GetUtcNow().UtcDateTime,
                StockLimits.DefaultLocation,
            ],
            cancellationToken
        );
        if (written == IdempotentWriteResult.OtherRequest)
            return IdempotencyKey.Conflict(key.Value);
        if (written == IdempotentWriteResult.Done)
        {
            var (available, wasStocked) = (levels.Sum(l => Math.Max(l.Balance, 0)), levels.Any(l => l.Sequence > 0));
            if (
                LowStockRules.IsLow(available, wasStocked, request.LowStockAt)
                && !LowStockRules.IsLow(available, wasStocked, before.SingleOrDefault()?.LowStockAt)
            )
            {
                await using var events = new NpgsqlBatch(connection);
                events.AppendEvents(
                    [new(EventTypes.StockLow, sku, 1, new StockAvailable(sku, available, request.LowStockAt))],
                    time.GetUtcNow()
                );
                await events.ExecuteNonQueryAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            relay.Raise();
        }

        if (written == IdempotentWriteResult.Repeated)
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";

        // This process sees the change at once. No event announces it to the other replicas, whose entries expire.
        memory.Remove(sku);
        return TypedResults.Ok(
            new Item(
                sku,
                request.Name,
                request.Price,
                request.Stocked,
                request.BackorderLimit,
                request.MaxPerCustomer,
                request.LowStockAt
            )
        );
    }

    private const string LockBalances = """
        select on_hand - unavailable - allocated - held as balance, sequence
        from levels where sku = $1 order by location for update
        """;

    private const string Threshold = "select low_stock_at from items where sku = $1";

    private sealed record BalanceRow(long Balance, long Sequence);

    private sealed record ThresholdRow(int? LowStockAt);

    private static List<ValidationError> Check(string sku, Request request)
    {
        var errors = new List<ValidationError>();
        if (sku.Length > StockLimits.SkuLength)
            errors.Add(new("sku", $"A SKU must have at most {StockLimits.SkuLength} characters."));
        if (request.Name.Length is 0 or > StockLimits.NameLength)
            errors.Add(new("/name", $"A name must have 1 to {StockLimits.NameLength} characters."));
        if (
            request.Price < 0
            || request.Price > StockLimits.MaxPrice
            || decimal.Round(request.Price, 4) != request.Price
        )
            errors.Add(new("/price", $"A price must be 0 to {StockLimits.MaxPrice} with at most four decimals."));
        if (request.BackorderLimit is < 0 or > StockLimits.MaxQuantity)
            errors.Add(new("/backorderLimit", $"A backorder limit must be 0 to {StockLimits.MaxQuantity}."));
        if (request.MaxPerCustomer is < 1 or > StockLimits.MaxQuantity)
            errors.Add(
                new("/maxPerCustomer", $"A limit per customer must be 1 to {StockLimits.MaxQuantity}, or null.")
            );
        if (request.LowStockAt is < 0 or > StockLimits.MaxQuantity)
            errors.Add(new("/lowStockAt", $"A threshold must be 0 to {StockLimits.MaxQuantity}, or null."));
        return errors;
    }
}
