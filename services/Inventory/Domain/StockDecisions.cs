using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Messaging;

namespace DaprShop.Inventory.Domain;

/// <summary>What is known of the things that a group of commands names, read in its transaction.</summary>
internal sealed record KnownClaims(
    Dictionary<Guid, Claim> Claims, Dictionary<string, bool> Stocked, Dictionary<string, RecordedAnswer> Answers);

/// <summary>An order's claim as it was decided.</summary>
internal sealed record Claim(ReservationState State, IReadOnlyList<ShortLevel> Shortages, IReadOnlyList<Allocation> Allocations);

/// <summary>The answer that a key got.</summary>
internal sealed record RecordedAnswer(byte[] Fingerprint, string Body);

/// <summary>What became of a booking: <paramref name="Refusal"/> is null where it was booked.</summary>
internal sealed record Booked(string Body, bool Replayed, BookRefusal? Refusal);

/// <summary>Why nothing was booked.</summary>
internal sealed record BookRefusal(BookRefusalKind Kind, string Sku, ShortLevel? Shortage = null);

internal enum BookRefusalKind
{
    OtherRequest,
    UnknownSku,
    NeverStocked,
    Claimed,
}

/// <summary>Decides a group of commands in arrival order, and gathers what is to be written.</summary>
internal sealed class StockDecisions(KnownClaims known, WorkingStock stock)
{
    public WorkingStock Stock => stock;

    /// <summary>Claims that are new or have changed their state.</summary>
    public Dictionary<Guid, Claim> Claims { get; } = [];

    public List<Allocation> Allocations { get; } = [];

    public Dictionary<string, RecordedAnswer> Answers { get; } = [];

    public List<NewEvent> Events { get; } = [];

    /// <summary>True for an order whose claim was decided before this group.</summary>
    public bool IsKnown(Guid orderId) => known.Claims.ContainsKey(orderId);

    public object Decide(StockCommand command) => command switch
    {
        Reserve reserve => new ReserveResponse([.. reserve.Orders.Select(Decide)]),
        Release release => Decide(release),
        Book book => Decide(book),
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };

    private ReserveOutcome Decide(ReserveOrder order)
    {
        if (Find(order.OrderId) is not { } claim)
        {
            var first = stock.Ledger.Count;
            var shortages = stock.Reserve(order.OrderId, order.Lines.Where(l => known.Stocked.GetValueOrDefault(l.Sku, true)));
            var rows = Since(first);
            claim = new Claim(shortages.Count > 0 ? ReservationState.OutOfStock : ReservationState.Allocated, shortages,
                [.. rows.Select(r => new Allocation(order.OrderId, r.Sku, r.Location, r.Quantity))]);
            Claims[order.OrderId] = claim;
            Allocations.AddRange(claim.Allocations);
            if (shortages.Count > 0) Tell(EventTypes.StockRefused, order.OrderId.ToString(), 1, new StockRefused(order.OrderId, Public(shortages)));
            else TellMovements(rows, order.OrderId.ToString(), 1);
        }

        return new ReserveOutcome(order.OrderId, claim.State, Public(claim.Shortages));
    }

    private Release Decide(Release release)
    {
        foreach (var orderId in release.Orders)
        {
            var claim = Find(orderId) ?? new Claim(ReservationState.Released, [], []);
            if (claim.State == ReservationState.Allocated)
            {
                var first = stock.Ledger.Count;
                stock.Release(orderId, claim.Allocations);
                TellMovements(Since(first), orderId.ToString(), 2);
            }

            // An unknown order is remembered too: a late reserve of it must not take what nobody would give back.
            Claims[orderId] = claim with { State = ReservationState.Released };
        }

        return release;
    }

    private Booked Decide(Book book)
    {
        if ((Answers.GetValueOrDefault(book.Key) ?? known.Answers.GetValueOrDefault(book.Key)) is { } earlier)
        {
            return earlier.Fingerprint.AsSpan().SequenceEqual(book.Fingerprint)
                ? new Booked(earlier.Body, Replayed: true, null)
                : Refuse(BookRefusalKind.OtherRequest, "");
        }

        foreach (var line in book.Lines)
        {
            if (!known.Stocked.TryGetValue(line.Sku, out var stocked)) return Refuse(BookRefusalKind.UnknownSku, line.Sku);
            if (!stocked) return Refuse(BookRefusalKind.NeverStocked, line.Sku);
        }

        var first = stock.Ledger.Count;
        foreach (var line in book.Lines)
        {
            // Only single-line bookings can be negative, so a refusal leaves nothing half booked.
            if (stock.Book(book.Kind, line.Sku, line.Location, line.Quantity, book.Cause, book.Actor, book.Reason) is { } shortage)
                return Refuse(BookRefusalKind.Claimed, line.Sku, shortage);
        }

        TellMovements(Since(first), book.Cause, 1);
        var levels = book.Lines.Select(l => stock.Find(l.Sku, l.Location)).Distinct()
            .Select(l => new { l.Sku, l.Location, l.OnHand, l.Allocated, l.Available, l.Sequence });
        var body = JsonSerializer.Serialize(new { book.Cause, Levels = levels }, JsonSerializerOptions.Web);
        Answers[book.Key] = new RecordedAnswer(book.Fingerprint, body);
        return new Booked(body, Replayed: false, null);
    }

    private Claim? Find(Guid orderId) => Claims.GetValueOrDefault(orderId) ?? known.Claims.GetValueOrDefault(orderId);

    private List<Movement> Since(int first) => [.. stock.Ledger.Skip(first).Select(l => l.Row)];

    private void TellMovements(List<Movement> rows, string cause, int version)
    {
        if (rows.Count == 0) return;
        Tell(EventTypes.StockMoved, cause, version, new StockMoved(rows[0].Kind.Name(), cause, rows[0].Actor, rows[0].Reason,
            [.. rows.Select(r => new MovementLine(r.Sku, r.Location, r.Sequence, r.Quantity, r.OnHand, r.Allocated, r.OnHand - r.Allocated))]));
    }

    private void Tell(string type, string subject, int version, object data) => Events.Add(new NewEvent(type, subject, version, data));

    private static List<Shortage> Public(IReadOnlyList<ShortLevel> levels) => [.. levels.Select(l => new Shortage(l.Sku, l.Requested, l.Available))];

    private static Booked Refuse(BookRefusalKind kind, string sku, ShortLevel? shortage = null) => new("", Replayed: false, new BookRefusal(kind, sku, shortage));
}
