using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>Inventory's tables in memory, for decisions without a database.</summary>
internal sealed class Tables(IReadOnlyDictionary<string, ItemTerms> items)
{
    public static readonly StockPolicy Policy = new(SourcingStrategy.Priority, TimeSpan.FromMinutes(15));
    private long _position;

    public Dictionary<(string Sku, string Location), Level> Levels { get; } = [];

    public List<Movement> Movements { get; } = [];

    /// <summary>The declared locations.</summary>
    public Dictionary<string, LocationTerms> Locations { get; } =
        ((string[])["main", "a", "b", "c", "east", "north", "south", "west"]).ToDictionary(
            l => l,
            _ => new LocationTerms(),
            StringComparer.Ordinal
        );

    public Dictionary<Guid, Reservation> Reservations { get; } = [];

    public List<Allocation> Allocations { get; } = [];

    public List<Allocation> Shipments { get; } = [];

    public Dictionary<(string Owner, string Key), RecordedResponse> Responses { get; } = [];

    public Dictionary<Guid, Hold> Holds { get; } = [];

    public Dictionary<(Guid OrderId, string Sku), Backorder> Backorders { get; } = [];

    public Dictionary<Guid, WaitlistEntry> Waitlist { get; } = [];

    public Dictionary<string, InboundDocument> Documents { get; } = [];

    /// <summary>Announced units, the earliest first.</summary>
    public List<ExpectedReceipt> ExpectedReceipts { get; } = [];

    public List<(string Type, string Subject, string? Kind, int Version)> Events { get; } = [];

    /// <summary>Reservations that still stand.</summary>
    public IEnumerable<Allocation> Open =>
        Allocations
            .Where(a => Reservations[a.OrderId].State is ReservationState.Allocated or ReservationState.Backordered)
            .GroupBy(a => (a.OrderId, a.Sku, a.Location))
            .Select(g => new Allocation(
                g.Key.OrderId,
                g.Key.Sku,
                g.Key.Location,
                g.Sum(a => a.Quantity)
                    - Shipments.Where(s => (s.OrderId, s.Sku, s.Location) == g.Key).Sum(s => s.Quantity)
            ));

    /// <summary>The rules over these tables, as a transaction at <paramref name="now"/> would load them.</summary>
    /// <param name="damage">What a repair in this transaction would read; null where nothing is damaged.</param>
    public StockRules Begin(DateTimeOffset now, StockDamage? damage = null) =>
        new(
            new LoadedStock
            {
                Items = new(items),
                Locations = Locations,
                Reservations = new(Reservations),
                Responses = new(Responses),
                Holds = new(Holds),
                Documents = new(Documents),
                Damage = damage ?? StockDamage.None,
                OpenAllocations = [.. Open],
                HoldClaims =
                [
                    .. Holds
                        .Values.Where(h => h.State == HoldState.Active)
                        .SelectMany(
                            h => h.Left,
                            (h, part) => new UnitsOnHold(h.Id, h.Customer, part.Sku, part.Location, part.Quantity)
                        ),
                ],
                ShippedUnits = Shipments
                    .GroupBy(s => (s.OrderId, s.Sku, s.Location))
                    .ToDictionary(g => g.Key, g => g.Sum(s => (long)s.Quantity)),
                Reallocations = Movements
                    .Where(m => m.Kind == MovementKind.Reallocated)
                    .GroupBy(m => Guid.Parse(m.Cause.Id))
                    .ToDictionary(g => g.Key, g => g.Max(m => m.Step)),
                Backorders = [.. Backorders.Values.Where(b => b.State == BackorderState.Open)],
                Waitlist =
                [
                    .. Waitlist.Values.Where(w => w.State is WaitlistEntryState.Waiting or WaitlistEntryState.Offered),
                ],
                ExpectedReceipts =
                [
                    .. ExpectedReceipts,
                    .. Documents
                        .Values.Where(d =>
                            d is { ExpectedAt: not null, Unavailable: false }
                            && d.State is not (InboundState.Received or InboundState.Cancelled)
                        )
                        .SelectMany(d => d.Lines.Where(l => l.Remaining > 0), (d, line) => (Document: d, Line: line))
                        .Select(d => new ExpectedReceipt(
                            d.Line.Sku,
                            d.Document.ExpectedAt!.Value,
                            d.Line.Remaining,
                            d.Document.Reference
                        ))
                        .OrderBy(d => d.ExpectedAt),
                ],
                CountedUnits = Holds
                    .Values.Where(h => h.State == HoldState.Active)
                    .SelectMany(h => h.Left, (h, part) => (h.Customer, part.Sku, part.Quantity))
                    .Concat(
                        Open.Concat(Shipments)
                            .Select(a => (a.OrderId, a.Sku, a.Quantity))
                            .Concat(
                                Backorders
                                    .Values.Where(b => b.State == BackorderState.Open)
                                    .Select(b => (b.OrderId, b.Sku, Quantity: b.Left))
                            )
                            .Concat(
                                Movements
                                    .Where(m => m.Kind == MovementKind.Returned)
                                    .Where(m => Guid.TryParse(m.Cause.Id, out var id) && Reservations.ContainsKey(id))
                                    .Select(m => (OrderId: Guid.Parse(m.Cause.Id), m.Sku, Quantity: (int)-m.Quantity))
                            )
                            .Where(x => Reservations[x.OrderId].IsClaiming)
                            .Select(x => (Reservations[x.OrderId].Customer ?? "", x.Sku, (long)x.Quantity))
                    )
                    .GroupBy(x => (x.Item1, x.Sku))
                    .ToDictionary(g => g.Key, g => g.Sum(x => x.Item3)),
            },
            new StockChanges(Levels.Values.Reverse(), now, Locations),
            Policy,
            now
        );

    public void Commit(StockRules decided)
    {
        foreach (var level in decided.Stock.Changed)
            Levels[(level.Sku, level.Location)] = level;
        Movements.AddRange(decided.Stock.Ledger.Select(l => l.Row));
        foreach (var (id, reservation) in decided.Reservations)
            Reservations[id] = reservation;
        Allocations.AddRange(decided.Allocations);
        Shipments.AddRange(decided.Shipments);
        foreach (var (key, response) in decided.Responses)
            Responses.Add(key, response);
        foreach (var (id, hold) in decided.Holds)
            Holds[id] = hold;
        foreach (var (key, backorder) in decided.Backorders)
            Backorders[key] = backorder;
        foreach (var (id, entry) in decided.Waitlist)
            Waitlist[id] = entry.Position == long.MaxValue ? entry with { Position = ++_position } : entry;
        foreach (var (reference, document) in decided.Documents)
            Documents[reference] = document;
        Events.AddRange(decided.Events.Select(e => (e.Type, e.Subject, (e.Data as StockMoved)?.Kind, e.Version)));
    }
}
