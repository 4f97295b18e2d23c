using System.Collections.Concurrent;
using System.Diagnostics;
using DaprShop.Shop.Gateway;
using DaprShop.Shop.Measurement;

namespace DaprShop.Shop.Import;

/// <summary>
/// Sends the input to the gateway: items and opening stock, orders, returns. Each request has an idempotency key
/// derived from its content, so an interrupted import is continued by running it again.
/// </summary>
internal sealed class Importer(
    GatewayClient gateway,
    ShopFolder shop,
    RetailSource source,
    OpeningStock opening,
    int limit,
    IImportProgress progress
)
{
    /// <summary>The operator's name, which the import's movements have as actor.</summary>
    public const string Operator = "import";

    private const int MaxConcurrentRequests = 64;
    private const int MaxConcurrentBatches = 8;
    private const int MaxReadings = 10;
    private const int StockPageSize = 1_000;

    private const string EmptyShopAdvice =
        "An import needs an empty shop: run `./shop down --wipe`, then `./shop up --detach`.";

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan UnsettledInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FinalPollInterval = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentDictionary<string, Guid> _orders = new(StringComparer.Ordinal);
    private readonly string _opening = opening.ToString().ToLowerInvariant();
    private readonly ShopCpu _cpu = new(shop);
    private readonly ImportLedger _ledger = new(shop, Operator);
    private IReadOnlyDictionary<string, double> _used = new Dictionary<string, double>();
    private int _linesSent;
    private int _done;

    public async Task<ImportResult> RunAsync(CancellationToken cancel)
    {
        progress.Stage("reading the input", 0);
        var plan = ImportPlan.Of(source.Read(), limit);
        var marker = await LoadOrCreateMarkerAsync(plan, cancel);
        await CreateItemsAsync(plan, cancel);
        var seconds = await PlaceOrdersAsync(plan, cancel);
        progress.Stage("reading the stock", 0);
        var (confirmed, totals) = await ConfirmedAsync(plan, cancel);
        if (marker.Unsold is null)
        {
            var (before, others) = await StockAndOthersAsync(plan, cancel);
            marker = marker with
            {
                Unsold = plan.Skus.Values.Count(s =>
                    s.Stocked
                    && before.TryGetValue(s.Sku, out var at)
                    && at.Available != others.GetValueOrDefault(s.Sku, OthersUnits.None).Available
                ),
            };
            marker.Save(shop);
        }

        // With too little stock the remaining units are compared, which returns would change.
        var withReturns = opening != OpeningStock.Short;
        var credited = withReturns ? await BookReturnsAsync(plan, cancel) : 0;
        progress.Stage("reconciling", 0);
        var (stockNow, othersNow) = await StockAndOthersAsync(plan, cancel);
        var outcome = new ImportOutcome(
            await _ledger.SummaryAsync(_orders.Values, cancel),
            plan.Lines - _linesSent - plan.Returns.Lines,
            confirmed,
            totals,
            stockNow,
            othersNow,
            marker.Unsold.Value,
            withReturns,
            credited
        );
        return Result(plan, outcome, seconds);
    }

    private async Task<ImportMarker> LoadOrCreateMarkerAsync(ImportPlan plan, CancellationToken cancel)
    {
        var mine = new ImportMarker(source.Identity, _opening, plan.Orders);
        if (ImportMarker.Load(shop) is { } other)
        {
            return other.IsOf(mine)
                ? other
                : throw new ShopException(
                    $"This shop contains another import ({other.Input}, --opening {other.Opening}, {other.Orders} "
                        + "orders). "
                        + EmptyShopAdvice
                );
        }

        var stock = await StockAsync(plan, cancel);
        if (stock.Values.Any(q => (q.OnHand, q.Allocated) != (0, 0)))
            throw new ShopException($"This shop already has stock of the SKUs to be imported. {EmptyShopAdvice}");
        mine.Save(shop);
        return mine;
    }

    private async Task CreateItemsAsync(ImportPlan plan, CancellationToken cancel)
    {
        Stage("items and opening stock", plan.Skus.Count);
        await Parallel.ForEachAsync(plan.Skus.Values, Concurrently(MaxConcurrentRequests, cancel), async (sku, stop) =>
        {
            var path = Uri.EscapeDataString(sku.Sku);
            await gateway.PutAsync<ItemSaved>(
                $"items/{path}",
                new
                {
                    sku.Name,
                    sku.Price,
                    sku.Stocked,
                    BackorderLimit = 0,
                    MaxPerCustomer = (int?)null,
                    LowStockAt = (int?)null,
                    OnSale = true,
                },
                Key("item", sku.Sku),
                stop
            );
            if (sku.OpeningUnits(opening) is var quantity and > 0)
                await gateway.PostAsync<StockBooked>(
                    $"stock/{path}/receipts",
                    new { quantity, reason = "opening stock" },
                    Key("opening", sku.Sku),
                    stop
                );
            CountOne();
        });
    }

    /// <summary>Returns the seconds from the first order sent to the last one settled.</summary>
    private async Task<double> PlaceOrdersAsync(ImportPlan plan, CancellationToken cancel)
    {
        Stage("orders", plan.Orders);
        var cpu = _cpu.Read();
        var clock = Stopwatch.StartNew();
        var sending = Parallel.ForEachAsync(
            Invoices.InBatches(Invoices.Of(source.Read(), plan).Where(i => !i.IsReturn)),
            Concurrently(MaxConcurrentBatches, cancel),
            PlaceBatchAsync
        );
        var asked = TimeSpan.Zero;
        while (true)
        {
            var all = sending.IsCompleted;
            var accepted = _orders.Count;
            var backlog = await gateway.GetAsync<SagaBacklog>("ops/backlog", cancel);
            progress.Orders(
                accepted,
                accepted - Math.Min(accepted, backlog.InSaga),
                accepted / clock.Elapsed.TotalSeconds
            );
            if (all && backlog.InSaga == 0)
                break;
            // The backlog is everybody's: an order of somebody else may wait for its payment for as long as it takes.
            if (all && clock.Elapsed - asked > UnsettledInterval)
            {
                var own = await UnsettledAsync(cancel);
                if (own.Count == 0)
                    break;
                progress.Waiting(own);
                asked = clock.Elapsed;
            }

            await Task.WhenAny(
                Task.Delay(all ? FinalPollInterval : PollInterval, cancel),
                all ? Task.Delay(Timeout.Infinite, cancel) : sending
            );
            cancel.ThrowIfCancellationRequested();
        }

        var seconds = clock.Elapsed.TotalSeconds;
        await sending;
        _used = ShopCpu.Between(cpu, _cpu.Read());
        return seconds;
    }

    /// <summary>The import's own orders that are not settled, by status.</summary>
    private async Task<IReadOnlyDictionary<string, int>> UnsettledAsync(CancellationToken cancel)
    {
        var own = _orders.Values.ToHashSet();
        return (await _ledger.UnsettledAsync(cancel))
            .Where(o => own.Contains(o.Id))
            .GroupBy(o => o.Status)
            .ToDictionary(g => g.Key, g => g.Count());
    }

    private async ValueTask PlaceBatchAsync(IReadOnlyList<Invoice> batch, CancellationToken cancel)
    {
        var orders = batch.Select(invoice => new
        {
            key = Key("order", invoice.Number),
            order = new
            {
                customer = invoice.Lines[0].Customer ?? "guest",
                lines = invoice.Lines.Select(l => new
                {
                    l.Sku,
                    l.Quantity,
                    unitPrice = l.Price,
                }),
                payment = new { token = "tok_ok" },
            },
        });
        var outcomes = await gateway.PostAsync<IReadOnlyList<PlacementOutcome>>(
            "ops/orders",
            new { orders },
            null,
            cancel
        );
        foreach (var (invoice, outcome) in batch.Zip(outcomes))
        {
            _orders[invoice.Number] = outcome.Id
                ?? throw new ShopException(
                    $"Order {invoice.Number} was rejected: "
                        + string.Join(' ', outcome.Errors!.Select(e => $"{e.Field}: {e.Detail}"))
                );
            Interlocked.Add(ref _linesSent, invoice.Lines.Count);
        }
    }

    /// <summary>Returns the refunded GBP.</summary>
    private async Task<decimal> BookReturnsAsync(ImportPlan plan, CancellationToken cancel)
    {
        Stage("returns", plan.ReturnInvoices);
        var amounts = new ConcurrentBag<decimal>();
        await Parallel.ForEachAsync(
            Invoices.Of(source.Read(), plan).Where(i => i.IsReturn),
            Concurrently(MaxConcurrentRequests, cancel),
            async (credit, stop) =>
            {
                var lines = credit
                    .Lines.Where(l => plan.Skus[l.Sku].Stocked)
                    .GroupBy(l => l.Sku)
                    .Select(g => new { sku = g.Key, quantity = -g.Sum(l => l.Quantity) })
                    .ToList();
                if (lines.Count > 0)
                    await gateway.PostAsync<StockBooked>(
                        "stock/returns",
                        new { reference = credit.Number, lines },
                        Key("return", credit.Number),
                        stop
                    );
                amounts.Add(
                    (
                        await gateway.PostAsync<CreditGiven>(
                            "payments/credits",
                            new { reference = credit.Number, amount = -credit.Lines.Sum(l => l.Value) },
                            Key("credit", credit.Number),
                            stop
                        )
                    ).Amount
                );
                CountOne();
            }
        );
        return amounts.Sum();
    }

    /// <summary>
    /// Units per SKU, and totals, of the orders that the shop did not reject, according to the input.
    /// </summary>
    private async Task<(Dictionary<string, long> Units, Totals Totals)> ConfirmedAsync(
        ImportPlan plan,
        CancellationToken cancel
    )
    {
        var rejected = await _ledger.RejectedAsync(_orders.Values, cancel);
        var units = new Dictionary<string, long>(StringComparer.Ordinal);
        var totals = new Totals();
        foreach (
            var line in Invoices
                .Of(source.Read(), plan)
                .Where(i => !i.IsReturn && !rejected.Contains(_orders[i.Number]))
                .SelectMany(i => i.Lines)
        )
        {
            units[line.Sku] = units.GetValueOrDefault(line.Sku) + line.Quantity;
            totals.Add(line.Quantity, line.Value);
        }

        return (units, totals);
    }

    private async Task<Dictionary<string, StockTotal>> StockAsync(ImportPlan plan, CancellationToken cancel)
    {
        var stock = new Dictionary<string, StockTotal>(StringComparer.Ordinal);
        string? cursor = null;
        do
        {
            var page = await gateway.GetAsync<StockPage>(
                $"stock?limit={StockPageSize}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}",
                cancel
            );
            foreach (var item in page.Items.Where(i => plan.Skus.ContainsKey(i.Sku)))
                stock[item.Sku] = item.Total;
            cursor = page.Cursor;
        } while (cursor is not null);
        return stock;
    }

    /// <summary>The stock, and what others have done to it, at one moment if others leave one.</summary>
    private async Task<(
        Dictionary<string, StockTotal> Stock,
        Dictionary<string, OthersUnits> Others
    )> StockAndOthersAsync(ImportPlan plan, CancellationToken cancel)
    {
        var others = await OthersAsync();
        for (var reading = 1; ; reading++)
        {
            var stock = await StockAsync(plan, cancel);
            var after = await OthersAsync();
            if (reading == MaxReadings || after.Count == others.Count && !after.Except(others).Any())
                return (stock, after);
            others = after;
        }

        Task<Dictionary<string, OthersUnits>> OthersAsync() =>
            _ledger.OthersAsync(plan.Skus.Keys, _orders.Values, cancel);
    }

    private ImportResult Result(ImportPlan plan, ImportOutcome outcome, double seconds)
    {
        var figures = Reconciliation.Of(plan, opening, outcome);
        using var process = Process.GetCurrentProcess();
        return new ImportResult(
            outcome.Summary.Total,
            outcome.Summary.Lines,
            outcome.Summary.Of("confirmed"),
            outcome.Summary.Of("rejected"),
            outcome.Summary.Of("backordered"),
            outcome.Summary.Units,
            outcome.Summary.Revenue,
            outcome.Credited,
            Math.Round(seconds, 2),
            Math.Round(plan.Orders / seconds, 1),
            figures.All(f => f.Difference == 0),
            gateway.Repeated,
            process.PeakWorkingSet64 / (1024 * 1024),
            _used.ToDictionary(p => p.Key, p => Math.Round(p.Value * 1000 / plan.Orders, 2)),
            figures
        );
    }

    private string Key(string kind, string id) => $"{source.Name}-{_opening}-{kind}-{id}";

    private void Stage(string name, int total)
    {
        _done = 0;
        progress.Stage(name, total);
    }

    private static ParallelOptions Concurrently(int limit, CancellationToken cancel) =>
        new() { MaxDegreeOfParallelism = limit, CancellationToken = cancel };

    private void CountOne() => progress.Done(Interlocked.Increment(ref _done));
}
