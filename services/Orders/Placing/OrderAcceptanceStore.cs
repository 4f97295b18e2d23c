using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Paying;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Placing;

/// <summary>Accepts orders: key, order, lines and event in one transaction, shared by concurrent requests.</summary>
internal sealed class OrderAcceptanceStore(
    NpgsqlDataSource database,
    RelaySignal relay,
    DispatchSignal dispatch,
    IFailpoints failpoints,
    TimeProvider time
)
{
    private const string SelectAwaitingPayment = $"""
        select id from orders
        where status = '{OrderStatusNames.AwaitingPayment}' and hold_id = $1 and customer = $2
        order by number desc limit 1
        """;

    /// <summary>Orders per transaction, at most.</summary>
    public const int GroupLimit = 200;

    /// <summary>Accepts the orders in a transaction of their own.</summary>
    public async Task<IReadOnlyList<Acceptance>> CommitAsync(
        IReadOnlyList<AcceptOrder> requests,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var answers = await AcceptAsync(connection, requests, time.GetUtcNow(), cancellationToken);
        await failpoints.ReachAsync("placing");
        await transaction.CommitAsync(cancellationToken);
        await failpoints.ReachAsync("placed");
        Announce(answers.Count(a => a is { Order: not null, Replayed: false }));
        return answers;
    }

    /// <summary>
    /// Accepts the orders in the caller's transaction. The caller calls <see cref="Announce"/> after its commit.
    /// </summary>
    public static async Task<IReadOnlyList<Acceptance>> AcceptAsync(
        NpgsqlConnection connection,
        IReadOnlyList<AcceptOrder> requests,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var first = requests
            .DistinctBy(r => (r.Caller, r.Key))
            .Select(r => (Id: r.Id ?? Guid.CreateVersion7(now), Request: r))
            .ToList();
        var claimed = await OrderAcceptanceStatements.ClaimKeysAsync(connection, first, cancellationToken);
        var fresh = first.Where(f => claimed.Contains(f.Id)).ToList();
        var accepted = await OrderAcceptanceStatements.InsertAsync(connection, fresh, now, cancellationToken);
        foreach (var (id, request) in fresh.Where(f => f.Request.Card is not null))
            await CardStore.InsertAsync(connection, id, request.Card!, 1, 1, now, cancellationToken);
        var known = fresh.ToDictionary(
            f => (f.Request.Caller, f.Request.Key),
            f => (f.Request.Fingerprint, Order: accepted[f.Id])
        );
        var repeated = first.Except(fresh).Select(f => f.Request).ToList();
        var replayed = await OrderAcceptanceStatements.GetReplayedAsync(connection, repeated, cancellationToken);
        foreach (var earlier in replayed)
            known.Add((earlier.Caller, earlier.Key), (earlier.Fingerprint, earlier.Order));

        var answered = new HashSet<Guid>();
        return
        [
            .. requests.Select(r =>
            {
                var (fingerprint, order) = known[(r.Caller, r.Key)];
                if (!fingerprint.AsSpan().SequenceEqual(r.Fingerprint))
                    return new Acceptance(null, Replayed: false);
                return new Acceptance(order, Replayed: !accepted.ContainsKey(order.Id) || !answered.Add(order.Id));
            }),
        ];
    }

    /// <summary>The order as it was accepted, and its present card; null where there is none.</summary>
    public async Task<(AcceptedOrder Order, string Token)?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await OrderAcceptanceStatements.FindAsync(connection, id, cancellationToken);
    }

    /// <summary>The customer's order that uses the hold and awaits another card; null where there is none.</summary>
    public async Task<Guid?> FindAwaitingPaymentAsync(
        Guid hold,
        string customer,
        CancellationToken cancellationToken
    ) =>
        await database.QueryAsync<Guid>(SelectAwaitingPayment, [hold, customer], cancellationToken) is [var id]
            ? id
            : null;

    /// <summary>Wakes the saga and the relay after <paramref name="accepted"/> orders were committed.</summary>
    public void Announce(int accepted)
    {
        if (accepted == 0)
            return;
        dispatch.Raise(accepted);
        relay.Raise();
    }
}
