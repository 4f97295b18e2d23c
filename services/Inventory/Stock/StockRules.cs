using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Messaging;

namespace DaprShop.Inventory.Stock;

/// <summary>The shop's policy for serving orders and waitlists.</summary>
/// <param name="OfferFor">How long a waitlist offer stands.</param>
internal sealed record StockPolicy(SourcingStrategy Sourcing, TimeSpan OfferFor);

/// <summary>
/// Decides a group of commands in arrival order and collects the rows and events to be written. Each command is
/// executed wholly or not at all.
/// </summary>
internal sealed partial class StockRules
{
    private readonly LoadedStock _loaded;
    private readonly StockChanges _stock;
    private readonly StockPolicy _policy;
    private readonly DateTimeOffset _now;
    private readonly OpenBackorders _backorders;
    private readonly OpenWaitlist _waitlist;
    private readonly Dictionary<string, (long Available, bool WasStocked)> _before;

    public StockRules(LoadedStock loaded, StockChanges stock, StockPolicy policy, DateTimeOffset now)
    {
        (_loaded, _stock, _policy, _now) = (loaded, stock, policy, now);
        (_backorders, _waitlist) = (new OpenBackorders(loaded.Backorders), new OpenWaitlist(loaded.Waitlist));
        _before = loaded.Items.Keys.ToDictionary(
            sku => sku,
            sku => (stock.Available(sku), LowStockRules.WasStocked(stock.At(sku))),
            StringComparer.Ordinal
        );
        Expire([.. loaded.Holds.Values.Where(h => h.HasExpired(now))]);
    }

    public StockChanges Stock => _stock;

    /// <summary>Reservations that are new or have changed their state.</summary>
    public Dictionary<Guid, Reservation> Reservations { get; } = [];

    public List<Allocation> Allocations { get; } = [];

    public List<Allocation> Shipments { get; } = [];

    public Dictionary<(string Owner, string Key), RecordedResponse> Responses { get; } = [];

    public Dictionary<Guid, Hold> Holds { get; } = [];

    public Dictionary<(Guid OrderId, string Sku), Backorder> Backorders { get; } = [];

    public Dictionary<Guid, WaitlistEntry> Waitlist { get; } = [];

    public Dictionary<string, InboundDocument> Documents { get; } = [];

    /// <summary>Orders of which a backorder was filled: Orders must resume their sagas.</summary>
    public HashSet<Guid> FilledOrders { get; } = [];

    public List<NewEvent> Events { get; } = [];

    /// <summary>True for an order whose reservation was decided before this group.</summary>
    public bool IsKnown(Guid orderId) => _loaded.Reservations.ContainsKey(orderId);

    public object Decide(StockCommand command) =>
        command switch
        {
            ReserveCommand reserve => new ReserveResponse([.. reserve.Orders.Select(o => Decide(o, reserve.Trace))]),
            ReleaseCommand release => Decide(release),
            ExpireHoldsCommand expire => expire,
            ReviewClaimsCommand review => Decide(review),
            ServeQueueCommand serve => Decide(serve),
            KeyedCommand keyed => DecideKeyed(keyed),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };

    /// <summary>Says what the decisions have changed besides what was asked for. To be called once, after the last.</summary>
    public void Conclude()
    {
        RenewPromises();
        PublishThresholds();
    }

    /// <summary>Publishes an event for each SKU whose availability has crossed a threshold in this transaction.</summary>
    private void PublishThresholds()
    {
        foreach (var (sku, before) in _before.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            var after = _stock.Available(sku);
            if (before.Available == 0 && after > 0)
                Publish(EventTypes.BackInStock, sku, new StockAvailable(sku, after, null));
            var low = _loaded.Items[sku].LowStockAt;
            if (
                !LowStockRules.IsLow(before.Available, before.WasStocked, low)
                && LowStockRules.IsLow(after, LowStockRules.WasStocked(_stock.At(sku)), low)
            )
                Publish(EventTypes.StockLow, sku, new StockAvailable(sku, after, low));
        }
    }

    private CommandOutcome DecideKeyed(KeyedCommand command)
    {
        var key = (command.KeyOwner, command.Key);
        if ((Responses.GetValueOrDefault(key) ?? _loaded.Responses.GetValueOrDefault(key)) is { } earlier)
        {
            return earlier.Fingerprint.AsSpan().SequenceEqual(command.Fingerprint)
                ? new CommandOutcome(earlier.Body, Replayed: true, null)
                : new CommandOutcome("", Replayed: false, new Refusal(RefusalKind.OtherRequest, command.Key));
        }

        if (Guid.TryParse(command.ChosenCause, out var order) && Find(order) is not null)
            return new CommandOutcome("", Replayed: false, new Refusal(RefusalKind.OrderId, command.ChosenCause!));

        if (command.Locations.FirstOrDefault(l => !_loaded.Locations.ContainsKey(l)) is { } undeclared)
            return new CommandOutcome(
                "",
                Replayed: false,
                new Refusal(
                    RefusalKind.UnknownLocation,
                    undeclared,
                    State: LocationRules.Alike(undeclared, _loaded.LocationNames)
                )
            );
        var result = command switch
        {
            BookCommand book => Decide(book),
            CountCommand count => Decide(count),
            WithholdCommand withhold => Decide(withhold),
            ShipCommand ship => Decide(ship),
            MoveAllocationCommand move => Decide(move),
            ReturnCommand takeBack => Decide(takeBack),
            ReleaseUnitsCommand releaseUnits => Decide(releaseUnits),
            PlaceHoldCommand place => Decide(place),
            ExtendHoldCommand extend => Decide(extend),
            ClaimHoldCommand claim => Decide(claim),
            ReleaseHoldCommand release => Decide(release),
            JoinWaitlistCommand join => Decide(join),
            LeaveWaitlistCommand leave => Decide(leave),
            OpenInboundCommand open => Decide(open),
            ReceiveInboundCommand receive => Decide(receive),
            ChangeInboundCommand change => Decide(change),
            CloseInboundCommand close => Decide(close),
            RepairCommand repair => Decide(repair),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
        if (result is Refusal refusal)
            return new CommandOutcome("", Replayed: false, refusal);
        var body = JsonSerializer.Serialize(result, StockResponses.Json);
        Responses[key] = new RecordedResponse(command.Fingerprint, body);
        return new CommandOutcome(body, Replayed: false, null);
    }

    /// <summary>A refusal where one of the SKUs is unknown or never stocked; otherwise null.</summary>
    private Refusal? CheckStocked(IEnumerable<string> skus)
    {
        foreach (var sku in skus)
        {
            if (!_loaded.Items.TryGetValue(sku, out var item))
                return new Refusal(RefusalKind.UnknownSku, sku);
            if (!item.Stocked)
                return new Refusal(RefusalKind.NeverStocked, sku);
        }

        return null;
    }

    /// <summary>A refusal where one of the SKUs is not on sale; otherwise null.</summary>
    private Refusal? CheckOnSale(IEnumerable<string> skus) =>
        skus.FirstOrDefault(sku => !_loaded.Items[sku].OnSale) is { } sku
            ? new Refusal(RefusalKind.NotOnSale, sku)
            : null;

    /// <summary>A refusal where the location has fewer units available than requested; otherwise null.</summary>
    private Refusal? CheckAvailable(string location, IEnumerable<SkuQuantity> quantities)
    {
        var missing = quantities
            .Where(w => _stock.Find(w.Sku, location).Free < w.Quantity)
            .Select(w => _stock.Describe(w.Sku, w.Quantity) with { Available = _stock.Find(w.Sku, location).Free })
            .ToList();
        return missing.Count == 0 ? null : new Refusal(RefusalKind.OutOfStock, missing[0].Sku, missing);
    }

    /// <summary>A refusal where fewer units are set aside at the location than named; otherwise null.</summary>
    private Refusal? CheckSetAside(string location, IEnumerable<SkuQuantity> quantities) =>
        quantities.FirstOrDefault(w => _stock.Find(w.Sku, location).Quantities.Unavailable < w.Quantity)
            is { Sku: { } sku }
            ? new Refusal(RefusalKind.TooFewSetAside, sku, State: _stock.Find(sku, location).Quantities.Unavailable)
            : null;

    /// <summary>A change of on-hand by units that are for sale or, where <paramref name="unavailable"/>, set aside.</summary>
    private static Quantities Physical(long units, bool unavailable) =>
        new(OnHand: units, Unavailable: unavailable ? units : 0);

    /// <summary>Runs <paramref name="moves"/> and publishes one event per cause, kind and step.</summary>
    private List<Movement> Move(Action moves)
    {
        var first = _stock.Ledger.Count;
        moves();
        var rows = _stock.Ledger.Skip(first).Select(l => l.Row).ToList();
        foreach (var operation in rows.GroupBy(r => (r.Cause.Id, r.Kind, r.Step)))
        {
            var cause = operation.First().Cause;
            Publish(
                EventTypes.StockMoved,
                cause.Id,
                (int)operation.Key.Step + 1,
                new StockMoved(
                    operation.Key.Kind.Name(),
                    cause.Id,
                    cause.Actor,
                    cause.Reason,
                    [
                        .. operation.Select(r => new MovementLine(
                            r.Sku,
                            r.Location,
                            r.Sequence,
                            r.Quantity,
                            r.After.OnHand,
                            r.After.Allocated,
                            r.After.Balance,
                            r.After.Held,
                            r.After.Unavailable,
                            r.After.Incoming
                        )),
                    ],
                    EnumNames.Of(cause.ActorType)
                )
            );
        }

        return rows;
    }

    private void Publish(string type, string subject, object data) => Publish(type, subject, 1, data);

    private void Publish(string type, string subject, int version, object data) =>
        Events.Add(new NewEvent(type, subject, version, data));

    private static List<SkuQuantity> SumBySku(IEnumerable<OrderedUnits> lines) =>
        [
            .. lines
                .GroupBy(l => l.Sku, StringComparer.Ordinal)
                .Select(g => new SkuQuantity(g.Key, g.Sum(l => (long)l.Quantity)))
                .OrderBy(w => w.Sku, StringComparer.Ordinal),
        ];
}
