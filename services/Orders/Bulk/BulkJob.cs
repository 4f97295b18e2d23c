using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Bulk;

/// <summary>A bulk job, as its caller sees it.</summary>
/// <param name="Key">The Idempotency-Key of the upload.</param>
/// <param name="State">receiving, checking, running, paused, done, rejected or abandoned.</param>
/// <param name="Version">Grows with every change of the job and of its orders.</param>
/// <param name="Orders">The accepted orders by status.</param>
/// <param name="Settled">
/// All rows are decided, and no order is active; orders may wait for stock or their customer.
/// </param>
/// <param name="ReceivedAt">The time at which the whole file was durable.</param>
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
    private static readonly string[] Active =
    [
        .. new[] { OrderStatus.Accepted, OrderStatus.Reserved, OrderStatus.Paid }.Select(OrderStatuses.Name),
    ];

    /// <summary>The caller's jobs; an operator sees all.</summary>
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
        var settled = BulkStates.IsFinal(row.State) && orders.TrueForAll(o => !Active.Contains(o.Key));
        return new BulkJob(
            row.Id,
            row.Key,
            row.OnError,
            VisibleState(row),
            row.Version + orders.Sum(o => o.Versions),
            counts,
            orders.ToDictionary(o => o.Key, o => o.Count),
            settled,
            row.CreatedAt,
            row.ReceivedAt,
            row.FinishedAt
        );
    }

    /// <summary>The state shown to callers.</summary>
    public static string VisibleState(BulkJobRow row) =>
        row.Paused && !BulkStates.IsFinal(row.State) ? BulkStates.Paused : row.State;
}

/// <param name="Accepted">Rows with an order.</param>
/// <param name="Replayed">Accepted rows whose order existed before.</param>
/// <param name="Parked">Rows that made their transaction fail; an operator must inspect them.</param>
/// <param name="Pending">Rows not yet decided.</param>
/// <param name="Skipped">Rows that were not decided: the file was rejected as a whole, or abandoned.</param>
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
        var skipped = row.State is BulkStates.Rejected or BulkStates.Abandoned ? left : 0;
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
