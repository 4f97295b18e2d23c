using System.Net;
using System.Text.Json;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Placing;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DaprShop.Orders.Bulk;

/// <summary>
/// Processes a batch of a job's rows: the orders and the outcomes of the rows are one transaction, so a crash loses
/// nothing and repeats nothing. A batch that fails is retried row by row, until the row that causes it is alone, and
/// parked.
/// </summary>
internal sealed class BulkBatchProcessor(
    NpgsqlDataSource database,
    BulkQueue queue,
    OrderAcceptanceStore orders,
    Catalogue catalogue,
    HoldClaims holds,
    IOptions<JsonOptions> json,
    IFailpoints failpoints,
    TimeProvider time,
    ILogger<BulkBatchProcessor> logger
)
{
    /// <summary>Rows per transaction, at most.</summary>
    public const int MaxRows = 200;

    private static readonly ValidationError KeyTaken = new("/key", "The key was already used with another order.");

    // A repeat in one file is no retry: it may be the order's second part, or a slip.
    private static ValidationError KeyOfRow(int row) =>
        new(
            "/key",
            $"Row {row} of this file has the same key. "
                + "The lines of one order must follow each other; two orders need two keys."
        );

    /// <summary>Returns false where other workers hold all remaining rows.</summary>
    public async Task<bool> RunAsync(DueJob job, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = await BulkQueue.ClaimAsync(connection, job, MaxRows, cancellationToken);
        if (rows.Count == 0)
            return false;
        try
        {
            var now = time.GetUtcNow();
            var outcomes = await DecideAsync(connection, job, rows, now, cancellationToken);
            if (!await BulkQueue.WriteAsync(connection, job, outcomes, now, cancellationToken))
                return true;
            await failpoints.ReachAsync("accepting-batch");
            await transaction.CommitAsync(cancellationToken);
            await failpoints.ReachAsync("accepted-batch");
            orders.Announce(outcomes.Count(o => o is { State: BulkRowStates.Accepted, Replayed: false }));
        }
        catch (Exception e) when (TransientErrors.IsPermanent(e) || IsRefusal(e))
        {
            await transaction.RollbackAsync(CancellationToken.None);
            logger.LogBatchFailed(job.Id, rows[0].Row, rows.Count, e.Message);
            await queue.FailAsync(job, rows, e.Message, time.GetUtcNow(), cancellationToken);
        }

        return true;
    }

    // Inventory would reject the same request again; 408 and 429 ask for a retry.
    private static bool IsRefusal(Exception e) =>
        e
            is HttpRequestException
            {
                StatusCode: >= HttpStatusCode.BadRequest
                    and < HttpStatusCode.InternalServerError
                    and not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests)
            };

    private async Task<IReadOnlyList<RowOutcome>> DecideAsync(
        NpgsqlConnection connection,
        DueJob job,
        IReadOnlyList<DueRow> rows,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var read = rows.Select(r =>
                (
                    r.Row,
                    Order: r.Error is null
                        ? BulkRowParser.Read(r.Body!, json.Value.SerializerOptions)
                        : new BulkOrder(null, null, [new("", r.Error)])
                )
            )
            .ToList();
        var skus = read.SelectMany(r => r.Order.Request?.Lines ?? [])
            .Where(line => line is not null)
            .Select(line => line.Sku);
        var items = await catalogue.FindAsync(skus, cancellationToken);
        var decided = read.Select(r =>
                (r.Row, r.Order, Verdict: BulkRowRules.Decide(r.Order, job.ByOperator, job.OnError, items))
            )
            .ToList();
        var good = decided
            .Where(d => d.Verdict.Lines is not null)
            .Select(d => (d.Row, d.Order.Key, d.Verdict.Errors, Order: Accept(job, d.Row, d.Order, d.Verdict.Lines!)))
            .ToList();
        List<RowOutcome> outcomes =
        [
            .. decided
                .Where(d => d.Verdict.Lines is null)
                .Select(d => new RowOutcome(d.Row, BulkRowStates.Rejected, d.Verdict.Errors)),
        ];
        if (good.Count == 0)
            return outcomes;

        if (job.IsChecking)
        {
            var known = (
                await BulkQueue.GetKnownKeysAsync(connection, job, good.Select(g => g.Order.Key), cancellationToken)
            ).ToDictionary(k => k.Key, k => k.ToList());
            foreach (var (row, key, errors, order) in good)
            {
                if (!known.TryGetValue(order.Key, out var before))
                    known[order.Key] = before = [];
                var error =
                    before.Find(k => k.Row is not null) is { Row: { } other } ? KeyOfRow(other)
                    : before.Exists(k => !k.Fingerprint.AsSpan().SequenceEqual(order.Fingerprint)) ? KeyTaken
                    : null;
                if (error is null)
                    before.Add(new KnownKey(order.Key, order.Fingerprint, row));
                outcomes.Add(
                    error is not null
                        ? new RowOutcome(row, BulkRowStates.Rejected, [error])
                        : new RowOutcome(
                            row,
                            BulkRowStates.Checked,
                            errors,
                            Key: key,
                            Fingerprint: key is null ? null : order.Fingerprint
                        )
                );
            }

            return outcomes;
        }

        var claimed = new List<(int Row, IReadOnlyList<ValidationError> Errors, AcceptOrder Order)>(good.Count);
        foreach (var (row, _, errors, order) in good)
        {
            var (accept, refused) = await holds.ClaimAsync(order, cancellationToken);
            if (refused is null)
                claimed.Add((row, errors, accept));
            else
                outcomes.Add(new RowOutcome(row, BulkRowStates.Rejected, [refused]));
        }

        var acceptances = await OrderAcceptanceStore.AcceptAsync(
            connection,
            claimed.ConvertAll(g => g.Order),
            now,
            cancellationToken
        );
        // Rows are decided once, so an order of this file that existed before is that of another row.
        var replayed = acceptances.Where(a => a.Replayed).Select(a => a.Order!.Id).Distinct().ToList();
        var rowOf =
            replayed.Count == 0
                ? []
                : await BulkQueue.GetRowsOfOrdersAsync(connection, job, replayed, cancellationToken);
        foreach (var ((row, errors, _), acceptance) in claimed.Zip(acceptances))
        {
            if (acceptance.Order is not { } accepted)
                outcomes.Add(new RowOutcome(row, BulkRowStates.Rejected, [KeyTaken]));
            else if (!rowOf.TryAdd(accepted.Id, row))
                outcomes.Add(new RowOutcome(row, BulkRowStates.Rejected, [KeyOfRow(rowOf[accepted.Id])]));
            else
                outcomes.Add(new RowOutcome(row, BulkRowStates.Accepted, errors, accepted.Id, acceptance.Replayed));
        }

        return outcomes;
    }

    private static AcceptOrder Accept(DueJob job, int row, BulkOrder order, IReadOnlyList<PricedLine> lines)
    {
        var request = order.Request!;
        return new AcceptOrder(
            job.Caller,
            order.Key ?? $"{job.Key}:{row}",
            request.Fingerprint(job.Caller),
            request.Customer ?? job.Caller,
            lines,
            request.Payment.Token,
            request.OnShortage,
            request.Hold
        );
    }
}
