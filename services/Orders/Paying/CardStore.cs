using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Paying;

/// <summary>The user who names a card, and the request by which a repetition is known.</summary>
/// <param name="Fingerprint">A repeated key with another fingerprint is a conflict.</param>
internal sealed record CardRequest(string Token, string Caller, string Key, byte[] Fingerprint);

/// <summary>An order whose card was named; every repetition of the request returns the same.</summary>
/// <param name="Status">The status that the card gave the order.</param>
/// <param name="Attempt">Cards that the order had named by then.</param>
internal sealed record NamedCard(Guid Id, string Status, int Version, int Attempt);

/// <summary>What became of a request.</summary>
/// <param name="Order">As it was found; null where the caller has no such order.</param>
/// <param name="Card">Null where the order takes no card.</param>
/// <param name="TooMany">The order takes none because it has named as many as it may.</param>
internal sealed record CardResult(LockedOrder? Order, NamedCard? Card, bool Replayed, bool TooMany = false);

/// <summary>
/// Cards that are named for orders whose card was declined, or whose authorisation has lapsed. One compare-and-set
/// decides between the customer, the deadline and a cancel.
/// </summary>
internal sealed class CardStore(
    NpgsqlDataSource database,
    DispatchSignal dispatch,
    RelaySignal relay,
    SagaOptions options,
    IFailpoints failpoints,
    TimeProvider time
)
{
    // A batch that owns the order would reject it or let it wait; it loses the order. Once it has recorded the decline
    // for good, its stock may be released, so no card is taken, whatever the clock of this replica says.
    private const string Name = $"""
        update orders
        set status = '{OrderStatusNames.Reserved}', version = version + 1, payment_token = $2,
            payment_attempt = payment_attempt + 1, reason = null, batch_id = null, due_at = $3, attempts = 0,
            updated_at = $3
        where id = $1 and status = '{OrderStatusNames.AwaitingPayment}' and pay_by > $3
          and payment is distinct from '{OrderPayments.Declined}' and payment_attempt < $4
        returning version, payment_attempt as attempt
        """;

    private const string HasNamedAll = $"""
        select status = '{OrderStatusNames.AwaitingPayment}' and payment_attempt >= $2 from orders where id = $1
        """;

    private const string SelectByKey = """
        select order_id, attempt, version, fingerprint from named_cards where caller = $1 and key = $2
        """;

    private const string Insert = """
        insert into named_cards (caller, key, fingerprint, order_id, attempt, version, named_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict do nothing returning attempt
        """;

    /// <summary>Charges the card of <paramref name="request"/> for an order that awaits payment.</summary>
    /// <param name="owner">The required owner of the order; null for any.</param>
    /// <exception cref="ProblemException">422: the key was used for another request.</exception>
    public async Task<CardResult> NameAsync(
        Guid id,
        string? owner,
        CardRequest request,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (
            await OrderLock.LockAsync(connection, id, cancellationToken) is not { } order
            || owner is not null && order.Customer != owner
        )
            return new CardResult(null, null, Replayed: false);
        if (
            await connection.QueryAsync<KeyedCard>(SelectByKey, [request.Caller, request.Key], cancellationToken)
            is [var earlier]
        )
        {
            if (!earlier.Fingerprint.AsSpan().SequenceEqual(request.Fingerprint))
                throw new ProblemException(IdempotencyKey.Conflict(request.Key));
            return new CardResult(order, ToCard(id, earlier.Version, earlier.Attempt), Replayed: true);
        }

        var named = await connection.QueryAsync<NamedRow>(
            Name,
            [id, request.Token, now.UtcDateTime, options.MaxCards],
            cancellationToken
        );
        if (named is not [var (version, attempt)])
            return new CardResult(
                order,
                null,
                Replayed: false,
                TooMany: await connection.ScalarAsync<bool>(HasNamedAll, [id, options.MaxCards], cancellationToken)
            );
        if (!await InsertAsync(connection, id, request, attempt, version, now, cancellationToken))
            throw new ProblemException(IdempotencyKey.Conflict(request.Key));
        await using var append = new NpgsqlBatch(connection);
        append.AppendEvents(
            [
                new NewEvent(
                    EventTypes.OrderStatusChanged,
                    id.ToString(),
                    version,
                    new OrderStatusChanged(
                        id,
                        order.Status.Name(),
                        OrderStatus.Reserved.Name(),
                        "another card was named",
                        request.Caller
                    )
                ),
            ],
            now
        );
        await append.ExecuteNonQueryAsync(cancellationToken);
        await failpoints.ReachAsync("naming-card");
        await transaction.CommitAsync(cancellationToken);
        await failpoints.ReachAsync("named-card");
        dispatch.Raise();
        relay.Raise();
        return new CardResult(order, ToCard(id, version, attempt), Replayed: false);
    }

    /// <summary>True where the caller has named a card under this key.</summary>
    public async Task<bool> HasUsedAsync(CardRequest request, CancellationToken cancellationToken) =>
        (await database.QueryAsync<KeyedCard>(SelectByKey, [request.Caller, request.Key], cancellationToken)).Count > 0;

    /// <summary>
    /// Records the key that names an order's card; of an order's first card, in the transaction that accepts the order.
    /// False where the caller has used the key.
    /// </summary>
    public static async Task<bool> InsertAsync(
        NpgsqlConnection connection,
        Guid order,
        CardRequest request,
        int attempt,
        int version,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await connection.ScalarAsync<int?>(
            Insert,
            [request.Caller, request.Key, request.Fingerprint, order, attempt, version, now.UtcDateTime],
            cancellationToken
        )
            is not null;

    private static NamedCard ToCard(Guid id, int version, int attempt) =>
        new(id, attempt == 1 ? OrderStatusNames.Accepted : OrderStatusNames.Reserved, version, attempt);

    private sealed record KeyedCard(Guid OrderId, int Attempt, int Version, byte[] Fingerprint);

    private sealed record NamedRow(int Version, int Attempt);
}
