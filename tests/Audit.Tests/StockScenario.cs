using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.Orders.Placing;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Audit.Tests;

/// <summary>
/// Other stock movements: holds with every outcome, backorders and a waitlist, transfers, and a count below the
/// allocated units.
/// </summary>
internal sealed class StockScenario(StockUnitOfWork stock, FakeTimeProvider time)
{
    private int _keys;

    /// <summary>Holds, a limit, two backorders that are filled in turn, and a waitlist with an offer.</summary>
    public async Task QueueAsync(IReadOnlyDictionary<string, AcceptedOrder> orders)
    {
        await ReceiveAsync("mugs", 4);
        var used = await HoldAsync(2, TimeSpan.FromDays(2));
        await HoldAsync(1, TimeSpan.FromMinutes(1));
        var returned = await HoldAsync(1, TimeSpan.FromDays(2));
        await RunAsync(new ReleaseHoldCommand(Key(), [1], returned, "alice", "alice"));
        time.Advance(TimeSpan.FromMinutes(5));
        await ReserveAsync(orders["held"], "alice", 1, used);
        await RunAsync(new ReleaseHoldCommand(Key(), [1], used, "alice", "alice"));
        await ReserveAsync(orders["greedy"], "alice", 7);
        await RunAsync(
            new ReserveCommand([
                new ReserveOrder(
                    orders["partly"].Id,
                    [new("pot", 9)],
                    "alice",
                    orders["partly"].Number,
                    ShortagePolicy.Partial
                ),
            ])
        );
        await HoldAsync(1, TimeSpan.FromDays(2));
        await RunAsync(new WithholdCommand(Key(), [1], new StockLine("mug", "main", 1), "olga", "chipped"));

        await RunAsync(
            new OpenInboundCommand(
                Key(),
                [1],
                "PO-1",
                "main",
                null,
                time.GetUtcNow().AddDays(1),
                [new("mug", 8)],
                "olga",
                null
            )
        );
        await ReserveAsync(orders["waits first"], "bob", 3);
        time.Advance(TimeSpan.FromMinutes(2));
        await ReserveAsync(orders["waits second"], "carl", 4);
        time.Advance(TimeSpan.FromMinutes(2));
        foreach (var customer in new[] { "dan", "erin" })
            await JoinAsync(customer);
        await RunAsync(new ReceiveInboundCommand(Key(), [1], "PO-1", [new("mug", 3)], "olga", null));
        await ReceiveAsync("more mugs", 4);
    }

    /// <summary>No stock is left: an order and a customer wait.</summary>
    public async Task WaitAsync(AcceptedOrder order)
    {
        await ReserveAsync(order, "fay", 2);
        await JoinAsync("gus");
    }

    /// <summary>Transfers with every outcome, and a count below the allocated units.</summary>
    public async Task TransferAsync()
    {
        foreach (var (reference, units) in new[] { ("T-1", 5), ("T-2", 4), ("T-3", 3) })
        {
            await RunAsync(
                new OpenInboundCommand(Key(), [1], reference, "north", "main", null, [new("cup", units)], "olga", null)
            );
            await RunAsync(new ReceiveInboundCommand(Key(), [1], reference, [new("cup", 1)], "olga", null));
        }

        await RunAsync(new CloseInboundCommand(Key(), [1], "T-2", ReturnsToSource: true, "olga", "van broke down"));
        await RunAsync(new CloseInboundCommand(Key(), [1], "T-3", ReturnsToSource: false, "olga", "lost"));
        await RunAsync(new CountCommand(Key(), [1], "tea", "north", 2, null, MayFallShort: true, "olga", "stocktake"));
    }

    private Task ReceiveAsync(string cause, int quantity) =>
        RunAsync(
            new BookCommand(
                Key(),
                [1],
                MovementKind.Received,
                cause,
                "olga",
                "truck",
                [new StockLine("mug", "main", quantity)]
            )
        );

    private async Task<Guid> HoldAsync(int quantity, TimeSpan lasts)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        await RunAsync(
            new PlaceHoldCommand(Key(), [1], id, "alice", [new("mug", quantity)], time.GetUtcNow() + lasts, "alice")
        );
        return id;
    }

    private Task ReserveAsync(AcceptedOrder order, string customer, int quantity, Guid? hold = null) =>
        RunAsync(
            new ReserveCommand([
                new ReserveOrder(
                    order.Id,
                    [new("mug", quantity)],
                    customer,
                    order.Number,
                    ShortagePolicy.Backorder,
                    hold
                ),
            ])
        );

    private Task JoinAsync(string customer) =>
        RunAsync(new JoinWaitlistCommand(Key(), [1], Guid.CreateVersion7(time.GetUtcNow()), "mug", customer, 1));

    private async Task RunAsync(StockCommand command)
    {
        var answer = (await stock.CommitAsync([command], CancellationToken.None))[0];
        (answer as CommandOutcome)?.Refusal.Should().BeNull();
    }

    private string Key() => $"scene {++_keys}";
}
