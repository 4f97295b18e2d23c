using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Bulk;

/// <summary>A bulk job, as its caller sees it.</summary>
/// <param name="Key">The caller's name for it: the Idempotency-Key.</param>
/// <param name="State">receiving, checking, running, paused, done or rejected.</param>
/// <param name="Version">Grows with every change of the job and of its orders.</param>
/// <param name="Orders">The accepted orders by status.</param>
/// <param name="Settled">Nothing of it has a next step: neither a row nor, but for those that wait for stock or their customer, an order.</param>
/// <param name="ReceivedAt">When the whole file was there.</param>
internal sealed record BulkJob(
    Guid Id,
    string Key,
    string OnError,
    string State,
    long Version,
    BulkCounts Rows,
    IReadOnlyDictionary<string, int> Orders,
    bool Settled,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ReceivedAt,
    DateTimeOffset? FinishedAt
)
{
    private static readonly string[] InSaga =
    [
        .. new[] { OrderStatus.Accepted, OrderStatus.Reserved, OrderStatus.Paid }.Select(OrderStatuses.Name),
    ];

    /// <summary>The caller's job; an operator's eyes see everybody's.</summary>
    public static IQueryable<BulkJobRow> Of(OrdersDbContext db, HttpContext context) =>
        context.User.IsOperator()
            ? db.BulkJobs.AsNoTracking()
            : db.BulkJobs.AsNoTracking().Where(j => j.Caller == context.Name());

    public static async Task<BulkJob?> FindAsync(
        OrdersDbContext db,
        IQueryable<BulkJobRow> which,
        CancellationToken cancellationToken
    )
    {
        if (await which.SingleOrDefaultAsync(cancellationToken) is not { } row)
            return null;
        var orders =
            row.Accepted == 0
                ? []
                : await db
                    .BulkRows.Where(r => r.JobId == row.Id && r.State == BulkRowStates.Accepted)
                    .Join(db.Orders, r => r.OrderId, o => o.Id, (_, o) => o)
                    .GroupBy(o => o.Status)
                    .Select(g => new
                    {
                        g.Key,
                        Count = g.Count(),
                        Versions = g.Sum(o => (long)o.Version),
                    })
                    .ToListAsync(cancellationToken);
        var counts = BulkCounts.Of(row);
        var settled =
            row.State is BulkStates.Done or BulkStates.Rejected && orders.TrueForAll(o => !InSaga.Contains(o.Key));
        return new BulkJob(
            row.Id,
            row.Key,
            row.OnError,
            Told(row),
            row.Version + orders.Sum(o => o.Versions),
            counts,
            orders.ToDictionary(o => o.Key, o => o.Count),
            settled,
            row.CreatedAt,
            row.ReceivedAt,
            row.FinishedAt
        );
    }

    /// <summary>The state that is told.</summary>
    public static string Told(BulkJobRow row) =>
        row.Paused && row.State is not (BulkStates.Done or BulkStates.Rejected) ? BulkStates.Paused : row.State;
}

/// <param name="Accepted">Rows whose order is there.</param>
/// <param name="Replayed">Of those: whose order was there before.</param>
/// <param name="Parked">Rows that made their transaction fail, for an operator to look at.</param>
/// <param name="Pending">Rows that are still to be decided.</param>
/// <param name="Skipped">Rows without errors of a file that was rejected as a whole.</param>
internal sealed record BulkCounts(
    int Received,
    int Accepted,
    int Replayed,
    int Rejected,
    int Parked,
    int Pending,
    int Skipped
)
{
    public static BulkCounts Of(BulkJobRow row)
    {
        var left = row.Received - row.Accepted - row.Rejected - row.Parked;
        var skipped = row.State == BulkStates.Rejected ? left : 0;
        return new BulkCounts(
            row.Received,
            row.Accepted,
            row.Replayed,
            row.Rejected,
            row.Parked,
            left - skipped,
            skipped
        );
    }
}
