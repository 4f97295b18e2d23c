using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Npgsql;

namespace DaprShop.Inventory.Tests;

/// <summary>A migrated database of Inventory, and a writer on it as the service's own role.</summary>
internal sealed class InventoryDatabase(TestDatabase names, NpgsqlDataSource source) : IAsyncDisposable
{
    public TestDatabase Names => names;

    public NpgsqlDataSource Source => source;

    public static async Task<InventoryDatabase> CreateAsync(params string[] skus)
    {
        var names = await (await LocalPostgres.SharedAsync()).CreateDatabaseAsync(Apps.Inventory, owner =>
            Database.MigrateAsync<InventoryDbContext>(owner, o => new InventoryDbContext(o))
        );
        // The locations of the tests: stock can be only where one was declared.
        await Sql.ScalarAsync<object>(
            names.App,
            """
            insert into locations (location, priority, sold_since)
            select location, 100, 'epoch'
            from unnest(array['a', 'b', 'c', 'early', 'east', 'north', 'south', 'west',
                'place0', 'place1', 'place2', 'place3']) as l(location)
            """
        );
        foreach (var sku in skus)
        {
            await Sql.ScalarAsync<object>(names.App, $"insert into items values ('{sku}', '{sku}', 1, true, 0)");
            await Sql.ScalarAsync<object>(
                names.App,
                $"insert into levels values ('{sku}', 'main', 0, 0, 0, 0, 0, 0, 0, '')"
            );
        }

        return new InventoryDatabase(names, NpgsqlDataSource.Create(names.App));
    }

    /// <summary>Another replica's way to the same stock.</summary>
    public StockUnitOfWork Writer(TimeProvider? time = null, IFailpoints? failpoints = null) =>
        new(
            source,
            new RelaySignal(),
            new BackordersFilledSignal(),
            new NewOffers(),
            new StockPolicy(SourcingStrategy.Priority, TimeSpan.FromMinutes(15)),
            failpoints ?? NoFailpoints.Instance,
            time ?? TimeProvider.System
        );

    public async Task<TAnswer> RunAsync<TAnswer>(StockCommand command) =>
        (TAnswer)(await Writer().CommitAsync([command], CancellationToken.None))[0];

    public async Task<ReserveOutcome> ReserveAsync(Guid orderId, params (string Sku, int Quantity)[] lines) =>
        (
            await RunAsync<ReserveResponse>(
                new ReserveCommand([
                    new ReserveOrder(orderId, [.. lines.Select(l => new OrderedUnits(l.Sku, l.Quantity))]),
                ])
            )
        ).Outcomes[0];

    public async Task<ReserveOutcome> ReserveAsync(ReserveOrder order) =>
        (await RunAsync<ReserveResponse>(new ReserveCommand([order]))).Outcomes[0];

    /// <summary>An order of one SKU that waits for what is not there.</summary>
    public static ReserveOrder Waiting(string sku, int quantity, long number = 0, string? customer = null) =>
        new(Guid.CreateVersion7(), [new OrderedUnits(sku, quantity)], customer, number, ShortagePolicy.Backorder);

    /// <summary>Changes an item's terms, as an operator does.</summary>
    public Task SetAsync(string sku, string terms) =>
        Sql.ScalarAsync<object>(names.App, $"update items set {terms} where sku = '{sku}'");

    public Task ReleaseAsync(params Guid[] orders) => RunAsync<ReleaseCommand>(new ReleaseCommand(orders));

    public Task<CommandOutcome> ReceiveAsync(string sku, int quantity, string? key = null, byte fingerprint = 1) =>
        RunAsync<CommandOutcome>(
            Booking(MovementKind.Received, sku, quantity, key ?? Guid.CreateVersion7().ToString(), fingerprint)
        );

    public static BookCommand Booking(MovementKind kind, string sku, int quantity, string key, byte fingerprint = 1) =>
        new(key, [fingerprint], kind, key, "olga", "test", [new StockLine(sku, "main", quantity)]);

    /// <summary>Lets both run until they wait for what <paramref name="held"/> locks, and then go on.</summary>
    public async Task MeetAsync(string held, Func<Task> one, Func<Task> other)
    {
        await using var rival = await Rival.BeginAsync(names.Owner, held);
        var first = one();
        await rival.IsWaitedForAsync(1);
        var second = other();
        await rival.IsWaitedForAsync(2);
        await rival.CommitAsync();
        await Task.WhenAll(first, second);
    }

    public Task<long> NumberAsync(string sql) => Sql.ScalarAsync<long>(names.App, sql);

    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await LoggedEvents.AreAsDescribedAsync(names.App);
    }
}
