using System.Collections.Concurrent;
using System.Diagnostics;
using DaprShop.Shop.Bench;
using DaprShop.Shop.Infrastructure;

namespace DaprShop.Shop.Import;

/// <summary>
/// Brings the input through the shop's front door: items and opening stock, orders, returns. Every request has a key made of what it
/// is about, so an import that was interrupted, on either side, is simply run again.
/// </summary>
internal sealed class Importer(
    GatewayClient gateway,
    ShopFolder shop,
    RetailSource source,
    Opening opening,
    int limit,
    IImportProgress progress
)
{
    private const int AtOnce = 64;
    private const int BulksAtOnce = 8;
    private const int StockPage = 1_000;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan CloseLook = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentDictionary<string, Guid> _orders = new(StringComparer.Ordinal);
    private readonly string _opening = opening.ToString().ToLowerInvariant();
    private readonly ShopCpu _cpu = new(shop);
    private IReadOnlyDictionary<string, double> _used = new Dictionary<string, double>();
    private int _linesSent;
    private int _done;

    public async Task<ImportResult> RunAsync(CancellationToken cancel)
    {
        progress.Stage("reading the input", 0);
        var plan = ImportPlan.Of(source.Read(), limit);
        var mark = await MarkAsync(plan, cancel);
        await OpenAsync(plan, cancel);
        var seconds = await OrderAsync(plan, cancel);
        progress.Stage("looking at the stock", 0);
        var (confirmed, totals) = await ConfirmedAsync(plan, cancel);
        if (mark.Unsold is null)
        {
            var before = await StockAsync(plan, cancel);
            mark = mark with
            {
                Unsold = plan.Skus.Values.Count(s =>
                    s.Stocked && before.TryGetValue(s.Sku, out var at) && at.Available != 0
                ),
            };
            mark.Save(shop);
        }

        // With too little stock the question is what is left, and returns would blur it.
        var withReturns = opening != Opening.Short;
        var credited = withReturns ? await ReturnAsync(plan, cancel) : 0;
        progress.Stage("reconciling", 0);
        var outcome = new Outcome(
            Since(mark.Before, await SummaryAsync(cancel)),
            plan.Lines - _linesSent - plan.Returns.Lines,
            confirmed,
            totals,
            await StockAsync(plan, cancel),
            mark.Unsold.Value,
            withReturns,
            credited
        );
        return Result(plan, outcome, seconds);
    }

    private async Task<ImportMark> MarkAsync(ImportPlan plan, CancellationToken cancel)
    {
        var mine = new ImportMark(source.Identity, _opening, plan.Orders, await SummaryAsync(cancel));
        if (ImportMark.Load(shop) is { } other)
        {
            return other.IsOf(mine)
                ? other
                : throw new ShopException(
                    $"This shop holds another import ({other.Input}, --opening {other.Opening}, {other.Orders} orders). An import needs a fresh shop: `./shop down --wipe`, then `./shop up --detach`."
                );
        }

        var stock = await StockAsync(plan, cancel);
        if (stock.Values.Any(q => (q.OnHand, q.Allocated) != (0, 0)))
            throw new ShopException(
                "This shop has stock of the SKUs to be imported already. An import needs a fresh shop: `./shop down --wipe`, then `./shop up --detach`."
            );
        mine.Save(shop);
        return mine;
    }

    private async Task OpenAsync(ImportPlan plan, CancellationToken cancel)
    {
        Stage("items and opening stock", plan.Skus.Count);
        await InFlight.RunAsync(
            plan.Skus.Values,
            AtOnce,
            async (sku, stop) =>
            {
                var path = Uri.EscapeDataString(sku.Sku);
                await gateway.PutAsync<ItemAnswer>(
                    $"items/{path}",
                    new
                    {
                        sku.Name,
                        sku.Price,
                        sku.Stocked,
                    },
                    Key("item", sku.Sku),
                    stop
                );
                if (sku.Opening(opening) is var quantity and > 0)
                    await gateway.PostAsync<BookedAnswer>(
                        $"stock/{path}/receipts",
                        new { quantity, reason = "opening stock" },
                        Key("opening", sku.Sku),
                        stop
                    );
                One();
            },
            cancel
        );
    }

    /// <summary>Answers the seconds from the first order sent to the last one settled.</summary>
    private async Task<double> OrderAsync(ImportPlan plan, CancellationToken cancel)
    {
        Stage("orders", plan.Orders);
        var cpu = _cpu.Read();
        var clock = Stopwatch.StartNew();
        var sending = InFlight.RunAsync(
            Invoices.InBulks(Invoices.Of(source.Read(), plan).Where(i => !i.IsReturn)),
            BulksAtOnce,
            PlaceAsync,
            cancel
        );
        while (true)
        {
            var all = sending.IsCompleted;
            var accepted = _orders.Count;
            var backlog = await gateway.GetAsync<BacklogAnswer>("ops/backlog", cancel);
            progress.Orders(
                accepted,
                accepted - Math.Min(accepted, backlog.InSaga),
                accepted / clock.Elapsed.TotalSeconds
            );
            if (all && backlog.InSaga == 0)
                break;
            await Task.WhenAny(
                Task.Delay(all ? CloseLook : Glance, cancel),
                all ? Task.Delay(Timeout.Infinite, cancel) : sending
            );
            cancel.ThrowIfCancellationRequested();
        }

        var seconds = clock.Elapsed.TotalSeconds;
        await sending;
        _used = ShopCpu.Between(cpu, _cpu.Read());
        return seconds;
    }

    private async Task PlaceAsync(IReadOnlyList<Invoice> bulk, CancellationToken cancel)
    {
        var orders = bulk.Select(invoice => new
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
        var outcomes = await gateway.PostAsync<IReadOnlyList<OutcomeAnswer>>(
            "ops/orders",
            new { orders },
            null,
            cancel
        );
        foreach (var (invoice, outcome) in bulk.Zip(outcomes))
        {
            _orders[invoice.Number] = outcome.Id
                ?? throw new ShopException(
                    $"Order {invoice.Number} was refused: {string.Join(' ', outcome.Errors!.Select(e => $"{e.Field}: {e.Detail}"))}"
                );
            Interlocked.Add(ref _linesSent, invoice.Lines.Count);
        }
    }

    /// <summary>Answers the GBP given back.</summary>
    private async Task<decimal> ReturnAsync(ImportPlan plan, CancellationToken cancel)
    {
        Stage("returns", plan.ReturnInvoices);
        var amounts = new ConcurrentBag<decimal>();
        await InFlight.RunAsync(
            Invoices.Of(source.Read(), plan).Where(i => i.IsReturn),
            AtOnce,
            async (credit, stop) =>
            {
                var lines = credit
                    .Lines.Where(l => plan.Skus[l.Sku].Stocked)
                    .GroupBy(l => l.Sku)
                    .Select(g => new { sku = g.Key, quantity = -g.Sum(l => l.Quantity) })
                    .ToList();
                if (lines.Count > 0)
                    await gateway.PostAsync<BookedAnswer>(
                        "stock/returns",
                        new { reference = credit.Number, lines },
                        Key("return", credit.Number),
                        stop
                    );
                amounts.Add(
                    (
                        await gateway.PostAsync<CreditAnswer>(
                            "payments/credits",
                            new { reference = credit.Number, amount = -credit.Lines.Sum(l => l.Value) },
                            Key("credit", credit.Number),
                            stop
                        )
                    ).Amount
                );
                One();
            },
            cancel
        );
        return amounts.Sum();
    }

    /// <summary>Units per SKU, and sums, of the orders that the shop did not reject, as they stand in the input.</summary>
    private async Task<(Dictionary<string, long> Units, Totals Totals)> ConfirmedAsync(
        ImportPlan plan,
        CancellationToken cancel
    )
    {
        var rejected = new HashSet<Guid>();
        long? cursor = null;
        do
        {
            var page = await gateway.GetAsync<OrdersAnswer>(
                $"orders?status=rejected&limit=200{(cursor is null ? "" : $"&cursor={cursor}")}",
                cancel
            );
            rejected.UnionWith(page.Orders.Select(o => o.Id));
            cursor = page.Cursor;
        } while (cursor is not null);

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

    private async Task<Dictionary<string, StockQuantities>> StockAsync(ImportPlan plan, CancellationToken cancel)
    {
        var stock = new Dictionary<string, StockQuantities>(StringComparer.Ordinal);
        string? cursor = null;
        do
        {
            var page = await gateway.GetAsync<StockAnswer>(
                $"stock?limit={StockPage}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}",
                cancel
            );
            foreach (var item in page.Items.Where(i => plan.Skus.ContainsKey(i.Sku)))
                stock[item.Sku] = item.Total;
            cursor = page.Cursor;
        } while (cursor is not null);
        return stock;
    }

    private Task<SummaryAnswer> SummaryAsync(CancellationToken cancel) =>
        gateway.GetAsync<SummaryAnswer>("ops/orders/summary", cancel);

    private static SummaryAnswer Since(SummaryAnswer before, SummaryAnswer now) =>
        new(
            now.ByStatus.ToDictionary(s => s.Key, s => s.Value - before.Of(s.Key)),
            now.Revenue - before.Revenue,
            now.Units - before.Units,
            now.Lines - before.Lines
        );

    private ImportResult Result(ImportPlan plan, Outcome outcome, double seconds)
    {
        var figures = Reconciliation.Of(plan, opening, outcome);
        using var me = Process.GetCurrentProcess();
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
            me.PeakWorkingSet64 / (1024 * 1024),
            _used.ToDictionary(p => p.Key, p => Math.Round(p.Value * 1000 / plan.Orders, 2)),
            figures
        );
    }

    private string Key(string kind, string what) => $"{source.Name}-{_opening}-{kind}-{what}";

    private void Stage(string what, int of)
    {
        _done = 0;
        progress.Stage(what, of);
    }

    private void One() => progress.Done(Interlocked.Increment(ref _done));
}
