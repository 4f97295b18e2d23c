using DaprShop.Shop.Gateway;

namespace DaprShop.Shop.Bench;

/// <summary>
/// Orders of one to three lines over 200 SKUs with ample stock. The n-th order is the same in every run.
/// </summary>
internal sealed class BenchOrders(GatewayClient gateway)
{
    /// <summary>The operator, and so the customer, of the orders.</summary>
    public const string Customer = "bench";

    /// <summary>The items' SKUs begin with it.</summary>
    public const string SkuPrefix = "BENCH-";

    private const int Skus = 200;
    private const int UnitsPerSku = 5_000_000;
    private const int MaxConcurrentRequests = 16;
    private const int Seed = 4;
    private readonly string _run = Guid.CreateVersion7().ToString("N");
    private Random _random = new(Seed);
    private int _sent;

    public static IEnumerable<string> AllSkus => Enumerable.Range(0, Skus).Select(Sku);

    /// <summary>Creates the items and their stock.</summary>
    public Task StockAsync(CancellationToken cancel) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, Skus),
            new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrentRequests, CancellationToken = cancel },
            async (number, stop) =>
            {
                await gateway.PutAsync<ItemSaved>(
                    $"items/{Sku(number)}",
                    new
                    {
                        name = $"Bench article {number}",
                        price = 1.5m,
                        stocked = true,
                        backorderLimit = 0,
                        maxPerCustomer = (int?)null,
                        lowStockAt = (int?)null,
                        onSale = true,
                    },
                    $"bench-item-{number}",
                    stop
                );
                await gateway.PostAsync<StockBooked>(
                    $"stock/{Sku(number)}/receipts",
                    new { quantity = UnitsPerSku, reason = "benchmark" },
                    $"bench-{_run}-{number}",
                    stop
                );
            }
        );

    /// <summary>Restarts the sequence, so that every block places the same orders.</summary>
    public void Restart() => _random = new Random(Seed);

    /// <summary>The request body of the next order.</summary>
    public object Next() =>
        new
        {
            lines = Enumerable
                .Range(0, _random.Next(1, 4))
                .Select(_ => new { sku = Sku(_random.Next(Skus)), quantity = _random.Next(1, 4) })
                .ToList(),
            payment = new { token = "tok_ok" },
        };

    /// <summary>Places this many orders with one request.</summary>
    public Task PlaceAsync(int count, CancellationToken cancel)
    {
        var orders = Enumerable
            .Range(0, count)
            .Select(_ => new { key = $"bench-{_run}-{_sent++}", order = Next() })
            .ToList();
        return gateway.PostAsync<List<PlacementOutcome>>("ops/orders", new { orders }, null, cancel);
    }

    private static string Sku(int number) => $"{SkuPrefix}{number:000}";
}
