using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Messaging;

namespace DaprShop.Inventory.Stock;

/// <summary>How this shop serves.</summary>
/// <param name="OfferFor">How long an offer to the head of a waitlist stands.</param>
internal sealed record StockPolicy(SourcingStrategy Sourcing, TimeSpan OfferFor);

/// <summary>Decides a group of commands in arrival order, and gathers what is to be written. Each command applies wholly or not at all.</summary>
internal sealed partial class StockRules
{
    private readonly LoadedStock _known;
    private readonly StockChanges _stock;
    private readonly StockPolicy _policy;
    private readonly DateTimeOffset _now;
    private readonly Dictionary<string, long> _availableBefore;

    public StockRules(LoadedStock known, StockChanges stock, StockPolicy policy, DateTimeOffset now)
    {
        (_known, _stock, _policy, _now) = (known, stock, policy, now);
        _availableBefore = known.Items.Keys.ToDictionary(sku => sku, stock.Available, StringComparer.Ordinal);
        Expire([.. known.Holds.Values.Where(h => h.State == HoldState.Active && !h.IsUsable(now))]);
    }

    public StockChanges Stock => _stock;

    /// <summary>Claims that are new or have changed their state.</summary>
    public Dictionary<Guid, Reservation> Claims { get; } = [];

    public List<Allocation> Allocations { get; } = [];

    public List<Allocation> Shipments { get; } = [];

    public Dictionary<(string Owner, string Key), RecordedResponse> Answers { get; } = [];

    public Dictionary<Guid, Hold> Holds { get; } = [];

    public Dictionary<(Guid OrderId, string Sku), Backorder> Backorders { get; } = [];

    public Dictionary<Guid, WaitlistEntry> Waitlist { get; } = [];

    public Dictionary<string, InboundDocument> Documents { get; } = [];

    /// <summary>Orders one of whose backorders was filled: their saga is to go on.</summary>
    public HashSet<Guid> Filled { get; } = [];

    public List<NewEvent> Events { get; } = [];

    /// <summary>True for an order whose claim was decided before this group.</summary>
    public bool IsKnown(Guid orderId) => _known.Claims.ContainsKey(orderId);

    public object Decide(StockCommand command) =>
        command switch
        {
            ReserveCommand reserve => new ReserveResponse([.. reserve.Orders.Select(o => Decide(o, reserve.Trace))]),
            ReleaseCommand release => Decide(release),
            ExpireHoldsCommand expire => expire,
            KeyedCommand keyed => Once(keyed),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };

    /// <summary>Tells where availability has crossed a threshold since the transaction began. Call it once, after the last decision.</summary>
    public void TellEdges()
    {
        foreach (var (sku, before) in _availableBefore.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            var after = _stock.Available(sku);
            if (before == 0 && after > 0)
                Tell(EventTypes.BackInStock, sku, new StockAvailable(sku, after, null));
            if (_known.Items[sku].LowStockAt is { } low && before > low && after <= low)
                Tell(EventTypes.StockLow, sku, new StockAvailable(sku, after, low));
        }
    }

    private CommandOutcome Once(KeyedCommand command)
    {
        var key = (command.KeyOwner, command.Key);
        if ((Answers.GetValueOrDefault(key) ?? _known.Answers.GetValueOrDefault(key)) is { } earlier)
        {
            return earlier.Fingerprint.AsSpan().SequenceEqual(command.Fingerprint)
                ? new CommandOutcome(earlier.Body, Replayed: true, null)
                : new CommandOutcome("", Replayed: false, new Refusal(RefusalKind.OtherRequest, command.Key));
        }

        var result = command switch
        {
            BookCommand book => Decide(book),
            CountCommand count => Decide(count),
            WithholdCommand withhold => Decide(withhold),
            ShipCommand ship => Decide(ship),
            ReturnCommand takeBack => Decide(takeBack),
            PlaceHoldCommand place => Decide(place),
            ExtendHoldCommand extend => Decide(extend),
            ClaimOfferCommand take => Decide(take),
            ReleaseHoldCommand release => Decide(release),
            JoinWaitlistCommand join => Decide(join),
            LeaveWaitlistCommand leave => Decide(leave),
            OpenInboundCommand open => Decide(open),
            ReceiveInboundCommand receive => Decide(receive),
            CloseInboundCommand close => Decide(close),
            RepairCommand repair => Decide(repair),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
        if (result is Refusal refusal)
            return new CommandOutcome("", Replayed: false, refusal);
        var body = JsonSerializer.Serialize(result, StockResponses.Json);
        Answers[key] = new RecordedResponse(command.Fingerprint, body);
        return new CommandOutcome(body, Replayed: false, null);
    }

    /// <summary>Null where units of the SKU can be booked.</summary>
    private Refusal? CheckStocked(IEnumerable<string> skus)
    {
        foreach (var sku in skus)
        {
            if (!_known.Items.TryGetValue(sku, out var item))
                return new Refusal(RefusalKind.UnknownSku, sku);
            if (!item.Stocked)
                return new Refusal(RefusalKind.NeverStocked, sku);
        }

        return null;
    }

    /// <summary>Null where each location has what is to be taken from it.</summary>
    private Refusal? CheckAvailable(string location, IEnumerable<SkuQuantity> wishes)
    {
        var missing = wishes
            .Where(w => _stock.Find(w.Sku, location).Available < w.Quantity)
            .Select(w =>
                _stock.Describe(w.Sku, w.Quantity) with
                {
                    Available = Math.Max(_stock.Find(w.Sku, location).Available, 0),
                }
            )
            .ToList();
        return missing.Count == 0 ? null : new Refusal(RefusalKind.OutOfStock, missing[0].Sku, missing);
    }

    /// <summary>Runs <paramref name="moves"/>, tells what moved, and serves who waits for the SKUs that became available.</summary>
    private List<Movement> Move(Action moves)
    {
        var first = _stock.Ledger.Count;
        moves();
        var rows = _stock.Ledger.Skip(first).Select(l => l.Row).ToList();
        foreach (var operation in rows.GroupBy(r => (r.Cause.Id, r.Kind, r.Step)))
        {
            var cause = operation.First().Cause;
            Tell(
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
                            r.After.Available,
                            r.After.Held,
                            r.After.Unavailable,
                            r.After.Incoming
                        )),
                    ]
                )
            );
        }

        return rows;
    }

    private void Tell(string type, string subject, object data) => Tell(type, subject, 1, data);

    private void Tell(string type, string subject, int version, object data) =>
        Events.Add(new NewEvent(type, subject, version, data));

    private static List<SkuQuantity> Summed(IEnumerable<OrderedUnits> lines) =>
        [
            .. lines
                .GroupBy(l => l.Sku, StringComparer.Ordinal)
                .Select(g => new SkuQuantity(g.Key, g.Sum(l => (long)l.Quantity)))
                .OrderBy(w => w.Sku, StringComparer.Ordinal),
        ];
}
