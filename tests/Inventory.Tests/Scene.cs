using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Inventory.Tests;

/// <summary>
/// Customers and a stock, under a clock that the test advances. No sweeper and no actor runs.
/// </summary>
internal sealed class Scene(InventoryDatabase db) : IAsyncDisposable
{
    public InventoryDatabase Db => db;

    public FakeTimeProvider Time { get; init; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    /// <summary>SKUs with so many units of each at "main".</summary>
    public static async Task<Scene> WithAsync(int units, params string[] skus)
    {
        var db = await InventoryDatabase.CreateAsync(skus);
        if (units > 0)
            foreach (var sku in skus)
                await db.ReceiveAsync(sku, units);
        return new Scene(db);
    }

    public async Task<TAnswer> RunAsync<TAnswer>(StockCommand command) =>
        (TAnswer)(await db.Writer(Time).CommitAsync([command], CancellationToken.None))[0];

    public Task<CommandOutcome> TryHoldAsync(
        Guid id,
        string customer,
        int minutes,
        params (string Sku, int Quantity)[] lines
    ) =>
        RunAsync<CommandOutcome>(
            new PlaceHoldCommand(Key(), [1], id, customer, Units(lines), Time.GetUtcNow().AddMinutes(minutes), customer)
        );

    public async Task<Guid> HoldAsync(string customer, int minutes, params (string Sku, int Quantity)[] lines)
    {
        var id = Guid.CreateVersion7();
        (await TryHoldAsync(id, customer, minutes, lines)).Refusal.Should().BeNull();
        return id;
    }

    public Task<CommandOutcome> ExtendAsync(Guid hold, int minutes, string? owner = null) =>
        RunAsync<CommandOutcome>(
            new ExtendHoldCommand(Key(), [1], hold, owner, Time.GetUtcNow().AddMinutes(minutes), "somebody")
        );

    public Task<CommandOutcome> ReleaseHoldAsync(Guid hold, string? owner = null) =>
        RunAsync<CommandOutcome>(new ReleaseHoldCommand(Key(), [1], hold, owner, "somebody"));

    public async Task<ReservationState> OrderAsync(
        string? customer,
        Guid? hold,
        params (string Sku, int Quantity)[] lines
    ) =>
        (
            await RunAsync<ReserveResponse>(
                new ReserveCommand([new ReserveOrder(Guid.CreateVersion7(), Units(lines), customer, HoldId: hold)])
            )
        )
            .Outcomes[0]
            .State;

    public Task<CommandOutcome> JoinAsync(string customer, string sku = "cup", int quantity = 1) =>
        RunAsync<CommandOutcome>(new JoinWaitlistCommand(Key(), [1], Guid.CreateVersion7(), sku, customer, quantity));

    public Task<CommandOutcome> LeaveAsync(string customer, string sku = "cup") =>
        RunAsync<CommandOutcome>(new LeaveWaitlistCommand(Key(), [1], sku, customer));

    /// <summary>Who has an offer now, by their places in the line, and of how many units: "ann 1, bob 2".</summary>
    public Task<string?> OffersAsync() =>
        TextAsync(
            """
            select string_agg(h.customer || ' ' || l.quantity, ', ' order by w.position)
            from holds h join hold_lines l on l.hold_id = h.id join waitlist w on w.id = h.entry_id where h.state = 'active'
            """
        );

    public async Task<Guid> OfferToAsync(string customer) =>
        Guid.Parse(
            (
                await TextAsync(
                    $"select id::text from holds where customer = '{customer}' and state = 'active' and entry_id is not null"
                )
            )!
        );

    public Task<string?> TextAsync(string sql) => TestKit.Sql.ScalarAsync<string>(db.Names.App, sql);

    public Task<string?> StateAsync(Guid hold) => TextAsync($"select state from holds where id = '{hold}'");

    /// <summary>On hand, allocated and held of a SKU.</summary>
    public async Task LevelShouldBeAsync(long onHand, long allocated, long held, string sku = "cup") =>
        (
            await TextAsync(
                $"select concat(sum(on_hand), ' ', sum(allocated), ' ', sum(held)) from levels where sku = '{sku}'"
            )
        )
            .Should()
            .Be($"{onHand} {allocated} {held}");

    public ValueTask DisposeAsync() => db.DisposeAsync();

    private static string Key() => Guid.CreateVersion7().ToString();

    private static OrderedUnits[] Units((string Sku, int Quantity)[] lines) =>
        [.. lines.Select(l => new OrderedUnits(l.Sku, l.Quantity))];
}
