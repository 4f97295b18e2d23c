using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Domain;
using Npgsql;

namespace DaprShop.Orders.Data;

/// <summary>An order that can be accepted.</summary>
internal sealed record AcceptOrder(
    string Caller,
    string Key,
    byte[] Fingerprint,
    string Customer,
    IReadOnlyList<PricedLine> Lines,
    string PaymentToken,
    string OnShortage,
    Guid? HoldId = null
);

/// <summary>What the caller is told; null <paramref name="Order"/>: the key names another intent.</summary>
internal sealed record Acceptance(AcceptedOrder? Order, bool Replayed);

/// <summary>The answer to an accepted order, the same on every repetition.</summary>
internal sealed record AcceptedOrder(
    Guid Id,
    long Number,
    string Status,
    int Version,
    decimal Total,
    IReadOnlyList<PricedLine> Lines
);

/// <summary>Accepts orders: key, order, lines and event in one transaction, shared by all who ask at the same time.</summary>
internal sealed class AcceptedOrders(
    NpgsqlDataSource database,
    RelaySignal relay,
    Workflows.DispatchSignal dispatch,
    TimeProvider time
)
{
    /// <summary>Orders per transaction, at most.</summary>
    public const int GroupLimit = 200;

    public async Task<IReadOnlyList<Acceptance>> CommitAsync(
        IReadOnlyList<AcceptOrder> requests,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var answers = await AcceptAsync(connection, requests, time.GetUtcNow(), cancellationToken);
        await Steps.ReachAsync("placing");
        await transaction.CommitAsync(cancellationToken);
        await Steps.ReachAsync("placed");
        Announce(answers.Count(a => a is { Order: not null, Replayed: false }));
        return answers;
    }

    /// <summary>Accepts in the caller's transaction; after its commit <see cref="Announce"/> is to be called.</summary>
    public static async Task<IReadOnlyList<Acceptance>> AcceptAsync(
        NpgsqlConnection connection,
        IReadOnlyList<AcceptOrder> requests,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var first = requests
            .DistinctBy(r => (r.Caller, r.Key))
            .Select(r => (Id: Guid.CreateVersion7(now), Request: r))
            .ToList();
        var claimed = await AcceptStatements.ClaimKeysAsync(connection, first, cancellationToken);
        var fresh = first.Where(f => claimed.Contains(f.Id)).ToList();
        var accepted = await AcceptStatements.InsertAsync(connection, fresh, now, cancellationToken);
        var known = fresh.ToDictionary(
            f => (f.Request.Caller, f.Request.Key),
            f => (f.Request.Fingerprint, Order: accepted[f.Id])
        );
        foreach (
            var earlier in await AcceptStatements.ReadEarlierAsync(
                connection,
                [.. first.Except(fresh).Select(f => f.Request)],
                cancellationToken
            )
        )
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

    /// <summary>So many orders were accepted: the saga and the relay need not wait for their polls.</summary>
    public void Announce(int accepted)
    {
        if (accepted == 0)
            return;
        dispatch.Raise(accepted);
        relay.Raise();
    }
}
