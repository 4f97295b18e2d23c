using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Saga;

/// <summary>Batches and the orders they own.</summary>
internal sealed class SagaStore(NpgsqlDataSource database, RelaySignal relay, TimeProvider time)
{
    /// <summary>Claims, after which an order is an operator's.</summary>
    public const int MaxAttempts = 50;

    /// <summary>How long a customer has to decide about an order that stock does not cover.</summary>
    public TimeSpan DecideWithin { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Claims due orders into at most <paramref name="slots"/> batches of at most <paramref name="size"/>; answers the batches and their sizes.</summary>
    public async Task<List<(Guid Id, int Orders)>> ClaimAsync(
        int slots,
        int size,
        string worker,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        var ids = Enumerable.Range(0, slots).Select(_ => Guid.CreateVersion7(now)).ToArray();
        return await database.QueryAsync(
            SagaStatements.Claim,
            [ids, size, worker, now.UtcDateTime, MaxAttempts],
            r => (r.GetGuid(0), r.GetInt32(1)),
            cancellationToken
        );
    }

    /// <summary>The orders that the batch still owns, in order of arrival.</summary>
    public Task<List<OwnedOrder>> OwnedAsync(Guid batchId, CancellationToken cancellationToken) =>
        database.QueryAsync(
            SagaStatements.Owned,
            [batchId],
            r => new OwnedOrder(
                r.GetGuid(0),
                OrderStatuses.Parse(r.GetString(1)),
                r.GetDecimal(2),
                r.GetString(3),
                !r.IsDBNull(4),
                r.GetBoolean(5),
                r.GetInt32(6),
                r.Time(7),
                r.GetFieldValue<DateTimeOffset>(8)
            ),
            cancellationToken
        );

    /// <summary>The orders that the batch still owns and that need stock, with what they ask for.</summary>
    public async Task<List<(ReserveOrder Order, OrderStatus Status)>> OwnedLinesAsync(
        Guid batchId,
        CancellationToken cancellationToken
    )
    {
        await using var batch = database.CreateBatch();
        batch.Add(SagaStatements.OwnedLines, batchId);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var rows = await reader.ReadAllAsync(
            r =>
                (
                    Order: (
                        Id: r.GetGuid(0),
                        Customer: r.GetString(3),
                        Number: r.GetInt64(4),
                        OnShortage: r.GetString(5),
                        HoldId: r.Id(6),
                        Status: r.GetString(7)
                    ),
                    Units: new OrderedUnits(r.GetString(1), r.GetInt32(2))
                ),
            cancellationToken
        );
        return
        [
            .. rows.GroupBy(r => r.Order, r => r.Units)
                .Select(g =>
                    (
                        new ReserveOrder(
                            g.Key.Id,
                            [.. g],
                            g.Key.Customer,
                            g.Key.Number,
                            ShortagePolicies.Parse(g.Key.OnShortage),
                            g.Key.HoldId
                        ),
                        OrderStatuses.Parse(g.Key.Status)
                    )
                ),
        ];
    }

    /// <summary>Writes a step's result. What the batch does not own any more stays as it is.</summary>
    public async Task WriteAsync(Guid batchId, StepResult result, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var events = await MoveAsync(connection, batchId, result.Moves, now, cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        if (result.Cuts.Count > 0)
        {
            batch.Add(
                SagaStatements.Cut,
                batchId,
                result.Cuts.Select(c => c.OrderId).ToArray(),
                result.Cuts.Select(c => c.Sku).ToArray(),
                result.Cuts.Select(c => c.Keep).ToArray()
            );
            batch.Add(SagaStatements.Total, batchId, result.Cuts.Select(c => c.OrderId).Distinct().ToArray());
        }

        if (result.Declined.Count > 0)
            batch.Add(
                SagaStatements.Decline,
                batchId,
                result.Declined.Select(d => d.OrderId).ToArray(),
                result.Declined.Select(d => d.Reason).ToArray()
            );
        if (result.Undone.Count > 0)
            batch.Add(SagaStatements.Undone, batchId, result.Undone.ToArray());
        if (result.LetGo.Count > 0)
            batch.Add(SagaStatements.LetGo, batchId, result.LetGo.ToArray());
        if (result.PutBack.Count > 0)
            batch.Add(
                SagaStatements.PutBack,
                batchId,
                result.PutBack.Select(p => p.OrderId).ToArray(),
                result.PutBack.Select(p => p.DueAt.UtcDateTime).ToArray()
            );
        if (result.Waiting.Count > 0)
            batch.Add(
                SagaStatements.Wait,
                batchId,
                result.Waiting.Select(w => w.OrderId).ToArray(),
                result.Waiting.Select(w => w.DueAt.UtcDateTime).ToArray()
            );
        batch.Add(result.Finish ? SagaStatements.Finish : SagaStatements.Progress, batchId, now.UtcDateTime);
        batch.AppendEvents(events, now);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (events.Count > 0)
            relay.Raise();
    }

    /// <summary>Stock has come for these orders: their sagas go on.</summary>
    public async Task WakeAsync(IReadOnlyList<Guid> orders, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Add(SagaStatements.Wake, orders.ToArray(), time.GetUtcNow().UtcDateTime);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Which of these batches are over, finished or abandoned.</summary>
    public Task<List<Guid>> FinishedAsync(IEnumerable<Guid> batches, CancellationToken cancellationToken) =>
        database.QueryAsync(SagaStatements.Finished, [batches.ToArray()], r => r.GetGuid(0), cancellationToken);

    /// <summary>Frees the orders of batches without progress since <paramref name="staleAfter"/> ago. Answers how many.</summary>
    public async Task<int> AbandonAsync(TimeSpan staleAfter, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return (
            await database.QueryAsync(
                SagaStatements.Abandon,
                [now.UtcDateTime, (now - staleAfter).UtcDateTime],
                r => r.GetGuid(0),
                cancellationToken
            )
        ).Count;
    }

    /// <summary>Hands orders that were claimed too often to an operator. Answers how many.</summary>
    public async Task<int> GiveUpAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var marker = Guid.CreateVersion7(now);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var take = new NpgsqlBatch(connection);
        take.Add(SagaStatements.Exhausted, marker, MaxAttempts);
        List<Move> moves;
        await using (var reader = await take.ExecuteReaderAsync(cancellationToken))
        {
            moves = await reader.ReadAllAsync(
                r => new Move(
                    r.GetGuid(0),
                    OrderStatuses.Parse(r.GetString(1)),
                    OrderStatus.NeedsAttention,
                    $"not finished after {MaxAttempts} attempts"
                ),
                cancellationToken
            );
        }

        if (moves.Count == 0)
            return 0;
        var events = await MoveAsync(connection, marker, moves, now, cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(SagaStatements.LetGo, marker, moves.Select(m => m.OrderId).ToArray());
        batch.AppendEvents(events, now);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        relay.Raise();
        return moves.Count;
    }

    private async Task<List<NewEvent>> MoveAsync(
        NpgsqlConnection connection,
        Guid batchId,
        IReadOnlyList<Move> moves,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (moves.Count == 0)
            return [];
        if (moves.FirstOrDefault(m => !TransitionRules.Allows(m.From, m.To)) is { } illegal)
            throw new InvalidOperationException($"The table declares no move from {illegal.From} to {illegal.To}.");
        return await connection.QueryAsync(
            SagaStatements.Move,
            [
                batchId,
                moves.Select(m => m.OrderId).ToArray(),
                moves.Select(m => m.From.Name()).ToArray(),
                moves.Select(m => m.To.Name()).ToArray(),
                moves.Select(m => m.Reason).ToArray(),
                moves
                    .Select(m =>
                        m.Shortages is null ? null : JsonSerializer.Serialize(m.Shortages, JsonSerializerOptions.Web)
                    )
                    .ToArray(),
                now.UtcDateTime,
                (now + DecideWithin).UtcDateTime,
            ],
            r => new NewEvent(
                EventTypes.OrderStatusChanged,
                r.GetGuid(0).ToString(),
                r.GetInt32(3),
                new OrderStatusChanged(r.GetGuid(0), r.GetString(1), r.GetString(2), r.Text(4), r.Text(5))
            ),
            cancellationToken
        );
    }
}
