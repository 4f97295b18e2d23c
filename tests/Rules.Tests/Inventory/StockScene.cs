using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>
/// Stock of a few SKUs, and the current transaction on it. The SKU "postage" is a service, which is never stocked.
/// </summary>
internal sealed class StockScene
{
    public const string Main = "main";
    public const string North = "north";
    public static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, ItemTerms> _items = new()
    {
        ["cup"] = new(true),
        ["tea"] = new(true),
        ["postage"] = new(false),
    };

    private StockRules? _transaction;
    private int _keys;

    public StockScene() => Tables = new Tables(_items);

    public Tables Tables { get; }

    public DateTimeOffset Now { get; private set; } = Noon;

    /// <summary>The current transaction. The first use begins it, so stock and terms are set before.</summary>
    public StockRules Transaction => _transaction ??= Tables.Begin(Now);

    /// <summary>Kind, SKU, location and signed units of the current transaction's movements.</summary>
    public IEnumerable<(MovementKind Kind, string Sku, string Location, long Quantity)> Movements =>
        Rows.Select(r => (r.Kind, r.Sku, r.Location, r.Quantity));

    public IEnumerable<Movement> Rows => Transaction.Stock.Ledger.Select(l => l.Row);

    public static Guid Id(int number) => Scene.Id(number);

    public StockScene Terms(string sku, int backorderLimit = 0, int? maxPerCustomer = null)
    {
        _items[sku] = new ItemTerms(true, backorderLimit, maxPerCustomer);
        return this;
    }

    /// <summary>Makes the item a service, from the next transaction on.</summary>
    public StockScene BecomesService(string sku)
    {
        _items[sku] = new ItemTerms(false);
        return this;
    }

    /// <summary>Sets a level without movements.</summary>
    public StockScene Stock(string sku, string location, Quantities quantities, int priority = Level.DefaultPriority)
    {
        Tables.Levels[(sku, location)] = new Level(
            sku,
            location,
            quantities,
            Math.Max(-quantities.Balance, 0),
            0,
            [],
            priority
        );
        return this;
    }

    public StockScene Stock(string sku, int onHand) => Stock(sku, Main, onHand);

    public StockScene Stock(string sku, string location, int onHand, int priority = Level.DefaultPriority) =>
        Stock(sku, location, new Quantities(OnHand: onHand), priority);

    public StockScene Expect(string sku, int days, int units)
    {
        Tables.ExpectedReceipts.Add(new ExpectedReceipt(sku, Noon.AddDays(days), units, $"D{++_keys}"));
        return this;
    }

    /// <summary>Commits the current transaction. The next one begins <paramref name="minutes"/> later.</summary>
    public StockScene Commit(int minutes = 0)
    {
        Transaction.Conclude();
        Tables.Commit(Transaction);
        Now = Now.AddMinutes(minutes);
        _transaction = Tables.Begin(Now);
        return this;
    }

    public Quantities At(string sku, string location = Main) => Transaction.Stock.Find(sku, location).Quantities;

    public IEnumerable<T> Published<T>() => Transaction.Events.Select(e => e.Data).OfType<T>();

    public CommandOutcome Run(Func<string, KeyedCommand> command) =>
        (CommandOutcome)Transaction.Decide(command($"key-{++_keys}"));

    public CommandOutcome Receive(string sku, int units, string location = Main) =>
        Run(key => new BookCommand(
            key,
            [1],
            MovementKind.Received,
            key,
            "olga",
            null,
            [new StockLine(sku, location, units)]
        ));

    public CommandOutcome Hold(int hold, string customer, params OrderedUnits[] lines) =>
        Run(key => new PlaceHoldCommand(key, [1], Id(hold), customer, lines, Now.AddMinutes(10)));

    public CommandOutcome Extend(Guid hold, string? owner, DateTimeOffset until) =>
        Run(key => new ExtendHoldCommand(key, [1], hold, owner, until, owner ?? "olga"));

    public CommandOutcome ReleaseHold(Guid hold, string? owner) =>
        Run(key => new ReleaseHoldCommand(key, [1], hold, owner, owner ?? "olga"));

    /// <summary>Claims a hold for an order that is about to be accepted.</summary>
    public CommandOutcome Claim(Guid hold, string? owner, int order = 99, bool offerOnly = false) =>
        Run(key => new ClaimHoldCommand(hold, Id(order), owner, key, offerOnly));

    public CommandOutcome Join(int entry, string sku, string customer, int units) =>
        Run(key => new JoinWaitlistCommand(key, [1], Id(entry), sku, customer, units));

    public CommandOutcome Leave(string sku, string customer) =>
        Run(key => new LeaveWaitlistCommand(key, [1], sku, customer));

    public CommandOutcome Ship(int order, params ShippedUnits[] lines) =>
        Run(key => new ShipCommand(key, [1], Id(order), lines.Length == 0 ? null : lines, "olga"));

    public CommandOutcome Return(int order, params ReturnedUnits[] lines) =>
        Run(key => new ReturnCommand(key, [1], Id(order), 1, lines, "olga"));

    /// <summary>Reserves an order for alice; its number in the queue of backorders is that of its id.</summary>
    public ReserveOutcome Reserve(int order, ShortagePolicy onShortage, params OrderedUnits[] lines) =>
        Reserve(new ReserveOrder(Id(order), lines, "alice", order, onShortage));

    public ReserveOutcome Reserve(int order, params OrderedUnits[] lines) =>
        Reserve(order, ShortagePolicy.Reject, lines);

    public ReserveOutcome ReserveHeld(int order, int hold, params OrderedUnits[] lines) =>
        Reserve(new ReserveOrder(Id(order), lines, "alice", order, HoldId: Id(hold)));

    public ReserveOutcome Reserve(ReserveOrder order) =>
        ((ReserveResponse)Transaction.Decide(new ReserveCommand([order]))).Outcomes.Single();

    public void Release(int order) => Transaction.Decide(new ReleaseCommand([Id(order)]));

    /// <summary>The active offer of a customer.</summary>
    public Hold OfferTo(string customer) =>
        Transaction
            .Holds.Values.Concat(Tables.Holds.Values)
            .First(h => h.Customer == customer && h.EntryId is not null && h.State == HoldState.Active);

    public static OrderedUnits Cups(int units) => new("cup", units);

    public static OrderedUnits Teas(int units) => new("tea", units);

    /// <summary>The problem type (its last segment) and the whole text that the caller gets.</summary>
    public static (string Type, string Detail) Problem(CommandOutcome outcome)
    {
        var (_, type, detail) = Scene.ProblemOf(outcome);
        return (type, detail);
    }
}
