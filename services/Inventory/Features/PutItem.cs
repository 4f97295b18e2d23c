using DaprShop.Contracts;
using DaprShop.Inventory.Cache;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace DaprShop.Inventory.Features;

/// <summary><c>PUT /items/{sku}</c>: an operator creates or changes an item of the catalogue.</summary>
internal static class PutItem
{
    /// <summary>What an operator sends. <paramref name="Price"/> in GBP, four decimals at most; a service is sold but never stocked.</summary>
    internal sealed record Request(string Name, decimal Price, bool Stocked = true);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPut("/items/{sku}", HandleAsync)
        .RequireAuthorization(Identity.Operator).WithSummary("Create or change an item").WithTags("Stock");

    private static async Task<Results<Ok<Item>, ProblemHttpResult>> HandleAsync(
        string sku, Request request, IdempotencyKey key, NpgsqlDataSource database, StockMemory memory, TimeProvider time, HttpContext context, CancellationToken cancellationToken)
    {
        var complaints = Check(sku, request);
        if (complaints.Count > 0) return Problems.Invalid(complaints);

        var fingerprint = IdempotencyKey.Fingerprint(context, request);
        await using var batch = database.CreateBatch();
        batch.Add("""
            with recorded as (
                insert into idempotency_keys (key, fingerprint, answer, recorded_at) values ($5, $6, '{}', $7)
                on conflict (key) do nothing returning key),
            written as (
                insert into items (sku, name, price, stocked) select $1, $2, $3, $4 from recorded
                on conflict (sku) do update set name = excluded.name, price = excluded.price, stocked = excluded.stocked)
            select count(*) = 1 from recorded
            """, sku, request.Name, request.Price, request.Stocked, key.Value, fingerprint, time.GetUtcNow().UtcDateTime);
        // A statement of its own: only its snapshot surely holds the rival's key that the first has waited for.
        batch.Add("select fingerprint from idempotency_keys where key = $1", key.Value);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (!reader.GetBoolean(0))
        {
            await reader.NextResultAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            if (!reader.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(fingerprint)) return IdempotencyKey.Conflict(key.Value);
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        }

        // Here at least it is seen at once; no event tells the others, whose memories forget by themselves.
        memory.Forget(sku);
        return TypedResults.Ok(new Item(sku, request.Name, request.Price, request.Stocked));
    }

    private static List<Complaint> Check(string sku, Request request)
    {
        var complaints = new List<Complaint>();
        if (sku.Length > Limits.SkuLength) complaints.Add(new("sku", $"A SKU has at most {Limits.SkuLength} characters."));
        if (request.Name.Length is 0 or > Limits.NameLength) complaints.Add(new("/name", $"A name has 1 to {Limits.NameLength} characters."));
        if (request.Price < 0 || request.Price > Limits.MaxPrice || decimal.Round(request.Price, 4) != request.Price)
            complaints.Add(new("/price", $"A price is 0 to {Limits.MaxPrice} with four decimals at most."));
        return complaints;
    }
}

/// <summary>What is allowed.</summary>
internal static class Limits
{
    public const int SkuLength = 64;
    public const int NameLength = 200;
    public const int TextLength = 200;
    public const int MaxQuantity = 10_000_000;
    public const int ReturnLines = 2_000;
    public const decimal MaxPrice = 1_000_000m;
    public const string DefaultLocation = "main";
}
