using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// The open backorders of a transaction, as decided so far. The next one of a SKU, those of an order and the units ahead
/// of it are found without reading the line, which may be thousands long and is served while its SKU is locked.
/// </summary>
internal sealed class OpenBackorders
{
    private readonly Dictionary<(Guid OrderId, string Sku), Backorder> _open = [];
    private readonly Dictionary<string, SortedSet<(long Number, Guid OrderId)>> _lines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _left = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, SortedSet<string>> _ofOrders = [];

    public OpenBackorders(IEnumerable<Backorder> loaded)
    {
        foreach (var backorder in loaded)
            Put(backorder);
    }

    /// <summary>Adds a backorder, or replaces its former state; one that is no longer open leaves the line.</summary>
    public void Put(Backorder backorder)
    {
        var key = (backorder.OrderId, backorder.Sku);
        var left = _left.GetValueOrDefault(backorder.Sku);
        if (_open.Remove(key, out var before))
        {
            left -= before.Left;
            _lines[before.Sku].Remove((before.OrderNumber, before.OrderId));
            _ofOrders[before.OrderId].Remove(before.Sku);
        }

        if (backorder.State == BackorderState.Open)
        {
            left += backorder.Left;
            _open[key] = backorder;
            Of(_lines, backorder.Sku).Add((backorder.OrderNumber, backorder.OrderId));
            Of(_ofOrders, backorder.OrderId).Add(backorder.Sku);
        }

        _left[backorder.Sku] = left;
    }

    /// <summary>The SKUs that orders wait for.</summary>
    public IEnumerable<string> Skus => _lines.Where(l => l.Value.Count > 0).Select(l => l.Key);

    /// <summary>The backorders of the SKU, in the order in which they are filled.</summary>
    public IEnumerable<Backorder> Line(string sku) =>
        _lines.GetValueOrDefault(sku)?.Select(l => _open[(l.OrderId, sku)]) ?? [];

    /// <summary>The backorder that gets the next unit of the SKU.</summary>
    public Backorder? First(string sku) =>
        _lines.TryGetValue(sku, out var line) && line.Count > 0 ? _open[(line.Min.OrderId, sku)] : null;

    /// <summary>Units of the SKU that orders wait for.</summary>
    public long Left(string sku) => _left.GetValueOrDefault(sku);

    /// <summary>Units of the SKU that orders with a lower number wait for.</summary>
    public long LeftBefore(string sku, long number)
    {
        var ahead = Left(sku);

        // Read from the end, where a new order usually is.
        foreach (var (_, orderId) in _lines.GetValueOrDefault(sku)?.Reverse().TakeWhile(l => l.Number >= number) ?? [])
            ahead -= _open[(orderId, sku)].Left;
        return ahead;
    }

    /// <summary>The order's backorders, by SKU.</summary>
    public IReadOnlyList<Backorder> Of(Guid orderId) =>
        _ofOrders.TryGetValue(orderId, out var skus) ? [.. skus.Select(sku => _open[(orderId, sku)])] : [];

    /// <summary>The order's backorder of the SKU.</summary>
    public Backorder? Find(Guid orderId, string sku) => _open.GetValueOrDefault((orderId, sku));

    private static SortedSet<T> Of<TKey, T>(Dictionary<TKey, SortedSet<T>> sets, TKey key)
        where TKey : notnull
    {
        if (!sets.TryGetValue(key, out var set))
            sets[key] = set = typeof(T) == typeof(string) ? new SortedSet<T>((IComparer<T>)StringComparer.Ordinal) : [];
        return set;
    }
}

/// <summary>The waitlist entries of a transaction that wait or have an offer, as decided so far.</summary>
internal sealed class OpenWaitlist
{
    private readonly Dictionary<Guid, (WaitlistEntry Entry, long Arrival)> _entries = [];
    private readonly Dictionary<string, SortedSet<(long Position, long Arrival, Guid Id)>> _waiting = new(
        StringComparer.Ordinal
    );

    public OpenWaitlist(IEnumerable<WaitlistEntry> loaded)
    {
        foreach (var entry in loaded)
            Put(entry);
    }

    /// <summary>Adds an entry, or replaces its former state.</summary>
    public void Put(WaitlistEntry entry)
    {
        if (!_waiting.TryGetValue(entry.Sku, out var line))
            _waiting[entry.Sku] = line = [];

        // New entries have no position yet: they wait in the order in which they joined.
        var arrival = _entries.TryGetValue(entry.Id, out var before) ? before.Arrival : _entries.Count;
        if (before.Entry is { } old)
            line.Remove((old.Position, arrival, old.Id));
        _entries[entry.Id] = (entry, arrival);
        if (entry.State == WaitlistEntryState.Waiting)
            line.Add((entry.Position, arrival, entry.Id));
    }

    /// <summary>The entry, in whatever state.</summary>
    public WaitlistEntry? Find(Guid id) => _entries.GetValueOrDefault(id).Entry;

    /// <summary>The entry that gets the next offer: the first one that <paramref name="may"/> get it.</summary>
    public WaitlistEntry? Next(string sku, Func<WaitlistEntry, bool> may) =>
        _waiting.TryGetValue(sku, out var line) ? line.Select(e => _entries[e.Id].Entry).FirstOrDefault(may) : null;

    /// <summary>Entries that wait, without those that have an offer.</summary>
    public int Waiting(string sku) => _waiting.GetValueOrDefault(sku)?.Count ?? 0;

    /// <summary>The customer's entry that waits or has an offer.</summary>
    public WaitlistEntry? Of(string sku, string customer) =>
        _entries
            .Values.Select(e => e.Entry)
            .FirstOrDefault(e =>
                e.Customer == customer
                && e.Sku == sku
                && e.State is WaitlistEntryState.Waiting or WaitlistEntryState.Offered
            );
}
