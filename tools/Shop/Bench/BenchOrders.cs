using DaprShop.Shop.Import;

namespace DaprShop.Shop.Bench;

/// <summary>Orders of one to three lines over two hundred SKUs with plenty of stock: the n-th order is the same in every run.</summary>
internal sealed class BenchOrders(GatewayClient gateway)
{
    private const int Skus = 200;
    private const int Plenty = 5_000_000;
    private const int AtOnce = 16;
    private const int Seed = 4;
    private readonly string _run = Guid.CreateVersion7().ToString("N");
    private Random _random = new(Seed);
    private int _sent;

    public static IEnumerable<string> AllSkus => Enumerable.Range(0, Skus).Select(Sku);

    public Task StockAsync(CancellationToken cancel) =>
        InFlight.RunAsync(
            Enumerable.Range(0, Skus),
            AtOnce,
            async (number, stop) =>
            {
                await gateway.PutAsync<ItemAnswer>(
                    $"items/{Sku(number)}",
                    new
                    {
                        name = $"Bench article {number}",
                        price = 1.5m,
                        stocked = true,
                    },
                    $"bench-item-{number}",
                    stop
                );
                await gateway.PostAsync<BookedAnswer>(
                    $"stock/{Sku(number)}/receipts",
                    new { quantity = Plenty, reason = "benchmark" },
                    $"bench-{_run}-{number}",
                    stop
                );
            },
            cancel
        );

    /// <summary>Begins the sequence again: every block places the same orders.</summary>
    public void Restart() => _random = new Random(Seed);

    /// <summary>An order's body.</summary>
    public object Next() =>
        new
        {
            lines = Enumerable
                .Range(0, _random.Next(1, 4))
                .Select(_ => new { sku = Sku(_random.Next(Skus)), quantity = _random.Next(1, 4) })
                .ToList(),
            payment = new { token = "tok_ok" },
        };

    /// <summary>Hands in so many orders by one request.</summary>
    public Task PlaceAsync(int count, CancellationToken cancel)
    {
        var orders = Enumerable
            .Range(0, count)
            .Select(_ => new { key = $"bench-{_run}-{_sent++}", order = Next() })
            .ToList();
        return gateway.PostAsync<List<OutcomeAnswer>>("ops/orders", new { orders }, null, cancel);
    }

    private static string Sku(int number) => $"BENCH-{number:000}";
}
