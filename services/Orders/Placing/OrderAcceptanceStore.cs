using DaprShop.Messaging;
using DaprShop.Orders.Model;
using Npgsql;

namespace DaprShop.Orders.Placing;

/// <summary>Accepts orders: key, order, lines and event in one transaction, shared by all who ask at the same time.</summary>
internal sealed class OrderAcceptanceStore(
    NpgsqlDataSource database,
    RelaySignal relay,
    DispatchSignal dispatch,
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
        var claimed = await OrderAcceptanceStatements.ClaimKeysAsync(connection, first, cancellationToken);
        var fresh = first.Where(f => claimed.Contains(f.Id)).ToList();
        var accepted = await OrderAcceptanceStatements.InsertAsync(connection, fresh, now, cancellationToken);
        var known = fresh.ToDictionary(
            f => (f.Request.Caller, f.Request.Key),
            f => (f.Request.Fingerprint, Order: accepted[f.Id])
        );
        foreach (
            var earlier in await OrderAcceptanceStatements.ReadEarlierAsync(
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
