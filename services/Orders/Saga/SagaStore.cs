using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Saga;

/// <summary>A claimed batch, and the number of its orders.</summary>
internal sealed record ClaimedBatch(Guid Id, int Orders);

/// <summary>An order to reserve stock for, and its status.</summary>
internal sealed record OrderToReserve(ReserveOrder Order, OrderStatus Status);

/// <summary>Batches, and the orders that they own.</summary>
internal sealed class SagaStore(NpgsqlDataSource database, RelaySignal relay, SagaOptions options, TimeProvider time)
{
    /// <summary>Claims after which an order is left to an operator.</summary>
    public const int MaxAttempts = 50;

    /// <summary>
    /// Claims due orders into at most <paramref name="slots"/> batches of at most <paramref name="size"/> orders.
    /// </summary>
    public Task<List<ClaimedBatch>> ClaimAsync(int slots, int size, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var ids = Enumerable.Range(0, slots).Select(_ => Guid.CreateVersion7(now)).ToArray();
        return database.QueryAsync<ClaimedBatch>(
            SagaStatements.Claim,
            [ids, size, now.UtcDateTime, MaxAttempts],
            cancellationToken
        );
    }

    /// <summary>The orders that the batch still owns, in order of arrival.</summary>
    public async Task<List<OwnedOrder>> GetOwnedAsync(Guid batchId, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<OwnedRow>(SagaStatements.SelectOwned, [batchId], cancellationToken);
        return rows.ConvertAll(r => new OwnedOrder(
            r.Id,
            OrderStatuses.Parse(r.Status),
            r.Total,
            r.PaymentToken,
            r.Declined,
            r.CompensationPending,
            r.Refunded,
            r.StockReleased,
            r.Attempts,
            r.DecideBy,
            r.StatusSince,
            r.AnotherCard,
            r.PayBy,
            r.PaymentAttempt,
            r.Lapsed
        ));
    }

    /// <summary>The orders that the batch still owns and that need stock, with their lines.</summary>
    public async Task<List<OrderToReserve>> GetOrdersToReserveAsync(Guid batchId, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<OwnedLineRow>(
            SagaStatements.SelectOwnedLines,
            [batchId],
            cancellationToken
        );
        return
        [
            .. rows.GroupBy(r => r.OrderId)
                .Select(lines =>
                {
                    var order = lines.First();
                    var decided = lines.All(l => l.Stocked is not null);
                    return new OrderToReserve(
                        new ReserveOrder(
                            order.OrderId,
                            [
                                .. lines
                                    .Where(l => !decided || l.Stocked == true)
                                    .Select(l => new OrderedUnits(l.Sku, l.Quantity)),
                            ],
                            order.Customer,
                            order.Number,
                            ShortagePolicies.Parse(order.OnShortage),
                            order.HoldId,
                            decided
                        ),
                        OrderStatuses.Parse(order.Status)
                    );
                }),
        ];
    }

    /// <summary>
    /// Writes a step's result in one transaction. Orders that the batch no longer owns are left as they are.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// A status change is not declared in <see cref="TransitionRules"/>.
    /// </exception>
    public async Task WriteAsync(Guid batchId, SagaStepResult result, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var events = await ChangeStatusAsync(connection, batchId, result.Changes, now, cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        if (result.Reductions.Count > 0)
        {
            batch.Add(
                SagaStatements.ReduceLines,
                batchId,
                result.Reductions.Select(r => r.OrderId).ToArray(),
                result.Reductions.Select(r => r.Sku).ToArray(),
                result.Reductions.Select(r => r.Keep).ToArray()
            );
            batch.Add(
                SagaStatements.UpdateTotals,
                batchId,
                result.Reductions.Select(r => r.OrderId).Distinct().ToArray()
            );
        }

        if (result.Declined.Count > 0)
            batch.Add(
                SagaStatements.MarkDeclined,
                batchId,
                result.Declined.Select(d => d.OrderId).ToArray(),
                result.Declined.Select(d => d.Reason).ToArray()
            );
        AddUpdate(SagaStatements.MarkAuthorised, result.Authorised);
        AddUpdate(SagaStatements.MarkRefunded, result.Refunded);
        AddUpdate(SagaStatements.MarkStockReleased, result.StockReleased);
        AddUpdate(SagaStatements.MarkCompensated, result.Compensated);
        AddUpdate(SagaStatements.Complete, result.Completed);
        AddTimedUpdate(SagaStatements.Requeue, result.Requeued);
        AddTimedUpdate(SagaStatements.Wait, result.Waiting);
        batch.Add(
            result.FinishesBatch ? SagaStatements.Finish : SagaStatements.RecordProgress,
            batchId,
            now.UtcDateTime
        );
        batch.AppendEvents(events, now);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (events.Count > 0)
            relay.Raise();

        void AddUpdate(string statement, IReadOnlyList<Guid> orders)
        {
            if (orders.Count > 0)
                batch.Add(statement, batchId, orders.ToArray());
        }

        void AddTimedUpdate(string statement, IReadOnlyList<(Guid OrderId, DateTimeOffset DueAt)> orders)
        {
            if (orders.Count > 0)
                batch.Add(
                    statement,
                    batchId,
                    orders.Select(o => o.OrderId).ToArray(),
                    orders.Select(o => o.DueAt.UtcDateTime).ToArray()
                );
        }
    }

    /// <summary>Makes waiting orders due for which stock was allocated.</summary>
    public Task ResumeAsync(IReadOnlyList<Guid> orders, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            SagaStatements.Resume,
            [orders.ToArray(), time.GetUtcNow().UtcDateTime],
            cancellationToken
        );

    /// <summary>The batches that are neither finished nor abandoned.</summary>
    public Task<List<Guid>> GetUnfinishedAsync(CancellationToken cancellationToken) =>
        database.QueryAsync<Guid>(SagaStatements.SelectUnfinished, [], cancellationToken);

    /// <summary>Those of the batches that are finished or abandoned.</summary>
    public Task<List<Guid>> GetFinishedAsync(IEnumerable<Guid> batches, CancellationToken cancellationToken) =>
        database.QueryAsync<Guid>(SagaStatements.SelectFinished, [batches.ToArray()], cancellationToken);

    /// <summary>
    /// Abandons batches without progress for <paramref name="staleAfter"/>, and returns the number of orders that lost
    /// their owner.
    /// </summary>
    public async Task<int> AbandonAsync(TimeSpan staleAfter, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var orders = await database.QueryAsync<Guid>(
            SagaStatements.Abandon,
            [now.UtcDateTime, (now - staleAfter).UtcDateTime],
            cancellationToken
        );
        return orders.Count;
    }

    /// <summary>Hands orders that were claimed too often to an operator, and returns their number.</summary>
    public async Task<int> GiveUpAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var owner = Guid.CreateVersion7(now);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var exhausted = await connection.QueryAsync<ExhaustedRow>(
            SagaStatements.ClaimExhausted,
            [owner, MaxAttempts],
            cancellationToken
        );
        if (exhausted.Count == 0)
            return 0;
        var changes = exhausted.ConvertAll(o => new StatusChange(
            o.Id,
            OrderStatuses.Parse(o.Status),
            OrderStatus.NeedsAttention,
            $"not finished after {MaxAttempts} attempts"
        ));
        var events = await ChangeStatusAsync(connection, owner, changes, now, cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(SagaStatements.Complete, owner, changes.Select(c => c.OrderId).ToArray());
        batch.AppendEvents(events, now);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        relay.Raise();
        return changes.Count;
    }

    private async Task<List<NewEvent>> ChangeStatusAsync(
        NpgsqlConnection connection,
        Guid batchId,
        IReadOnlyList<StatusChange> changes,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (changes.Count == 0)
            return [];
        if (changes.FirstOrDefault(c => !TransitionRules.Allows(c.From, c.To)) is { } illegal)
            throw new InvalidOperationException($"No transition from {illegal.From} to {illegal.To} is declared.");
        var rows = await connection.QueryAsync<ChangedRow>(
            SagaStatements.ChangeStatus,
            [
                batchId,
                changes.Select(c => c.OrderId).ToArray(),
                changes.Select(c => c.From.Name()).ToArray(),
                changes.Select(c => c.To.Name()).ToArray(),
                changes.Select(c => c.Reason).ToArray(),
                changes
                    .Select(c =>
                        c.Shortages is null ? null : JsonSerializer.Serialize(c.Shortages, JsonSerializerOptions.Web)
                    )
                    .ToArray(),
                now.UtcDateTime,
                (now + options.DecideWithin).UtcDateTime,
                (now + options.AnotherCardWithin).UtcDateTime,
            ],
            cancellationToken
        );
        return rows.ConvertAll(r => new NewEvent(
            EventTypes.OrderStatusChanged,
            r.Id.ToString(),
            r.Version,
            new OrderStatusChanged(r.Id, r.Previous, r.Status, r.Reason, r.Actor)
        ));
    }

    private sealed record OwnedRow(
        Guid Id,
        string Status,
        decimal Total,
        string PaymentToken,
        bool Declined,
        bool CompensationPending,
        bool Refunded,
        bool StockReleased,
        int Attempts,
        DateTimeOffset? DecideBy,
        DateTimeOffset StatusSince,
        bool AnotherCard,
        DateTimeOffset? PayBy,
        int PaymentAttempt,
        bool Lapsed
    );

    private sealed record OwnedLineRow(
        Guid OrderId,
        string Customer,
        long Number,
        string OnShortage,
        Guid? HoldId,
        string Status,
        string Sku,
        int Quantity,
        bool? Stocked
    );

    private sealed record ChangedRow(
        Guid Id,
        string Previous,
        string Status,
        int Version,
        string? Reason,
        string? Actor
    );

    private sealed record ExhaustedRow(Guid Id, string Status);
}
