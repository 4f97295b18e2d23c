using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Messaging;

namespace DaprShop.Inventory.Domain;

/// <summary>How this shop serves.</summary>
/// <param name="OfferFor">How long an offer to the head of a waitlist stands.</param>
internal sealed record StockPolicy(SourcingStrategy Sourcing, TimeSpan OfferFor);

/// <summary>Decides a group of commands in arrival order, and gathers what is to be written. Each command applies wholly or not at all.</summary>
internal sealed partial class StockDecisions
{
    private readonly Known _known;
    private readonly WorkingStock _stock;
    private readonly StockPolicy _policy;
    private readonly DateTimeOffset _now;
    private readonly Dictionary<string, long> _availableBefore;

    public StockDecisions(Known known, WorkingStock stock, StockPolicy policy, DateTimeOffset now)
    {
        (_known, _stock, _policy, _now) = (known, stock, policy, now);
        _availableBefore = known.Items.Keys.ToDictionary(sku => sku, stock.Available, StringComparer.Ordinal);
        Expire([.. known.Holds.Values.Where(h => h.State == HoldState.Active && !h.IsUsable(now))]);
    }

    public WorkingStock Stock => _stock;

    /// <summary>Claims that are new or have changed their state.</summary>
    public Dictionary<Guid, Claim> Claims { get; } = [];

    public List<Allocation> Allocations { get; } = [];

    public List<Allocation> Shipments { get; } = [];

    public Dictionary<(string Owner, string Key), RecordedAnswer> Answers { get; } = [];

    public Dictionary<Guid, Hold> Holds { get; } = [];

    public Dictionary<(Guid OrderId, string Sku), Backorder> Backorders { get; } = [];

    public Dictionary<Guid, Waiting> Waitlist { get; } = [];

    public Dictionary<string, Inbound> Documents { get; } = [];

    /// <summary>Orders one of whose backorders was filled: their saga is to go on.</summary>
    public HashSet<Guid> Filled { get; } = [];

    public List<NewEvent> Events { get; } = [];

    /// <summary>True for an order whose claim was decided before this group.</summary>
    public bool IsKnown(Guid orderId) => _known.Claims.ContainsKey(orderId);

    public object Decide(StockCommand command) =>
        command switch
        {
            Reserve reserve => new ReserveResponse([.. reserve.Orders.Select(o => Decide(o, reserve.Trace))]),
            Release release => Decide(release),
            ExpireHolds expire => expire,
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
                Tell(EventTypes.StockBack, sku, new StockAvailable(sku, after, null));
            if (_known.Items[sku].LowStockAt is { } low && before > low && after <= low)
                Tell(EventTypes.StockLow, sku, new StockAvailable(sku, after, low));
        }
    }

    private Answer Once(KeyedCommand command)
    {
        var key = (command.KeyOwner, command.Key);
        if ((Answers.GetValueOrDefault(key) ?? _known.Answers.GetValueOrDefault(key)) is { } earlier)
        {
            return earlier.Fingerprint.AsSpan().SequenceEqual(command.Fingerprint)
                ? new Answer(earlier.Body, Replayed: true, null)
                : new Answer("", Replayed: false, new Refusal(RefusalKind.OtherRequest, command.Key));
        }

        var result = command switch
        {
            Book book => Decide(book),
            Count count => Decide(count),
            Withhold withhold => Decide(withhold),
            Ship ship => Decide(ship),
            TakeBack takeBack => Decide(takeBack),
            PlaceHold place => Decide(place),
            ExtendHold extend => Decide(extend),
            TakeOffer take => Decide(take),
            ReleaseHold release => Decide(release),
            JoinWaitlist join => Decide(join),
            LeaveWaitlist leave => Decide(leave),
            OpenInbound open => Decide(open),
            ReceiveInbound receive => Decide(receive),
            CloseInbound close => Decide(close),
            Repair repair => Decide(repair),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
        if (result is Refusal refusal)
            return new Answer("", Replayed: false, refusal);
        var body = JsonSerializer.Serialize(result, StockAnswers.Json);
        Answers[key] = new RecordedAnswer(command.Fingerprint, body);
        return new Answer(body, Replayed: false, null);
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
    private Refusal? CheckAvailable(string location, IEnumerable<Wish> wishes)
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

    private static List<Wish> Summed(IEnumerable<OrderedUnits> lines) =>
        [
            .. lines
                .GroupBy(l => l.Sku, StringComparer.Ordinal)
                .Select(g => new Wish(g.Key, g.Sum(l => (long)l.Quantity)))
                .OrderBy(w => w.Sku, StringComparer.Ordinal),
        ];
}
