using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Placing;

/// <summary>An order whose key was used before.</summary>
internal sealed record ReplayedOrder(string Caller, string Key, byte[] Fingerprint, AcceptedOrder Order);

/// <summary>The statements that accept orders; each serves a whole group.</summary>
internal static class OrderAcceptanceStatements
{
    private const string ClaimKeys = """
        insert into idempotency_keys (caller, key, fingerprint, order_id)
        select * from unnest($1::text[], $2::text[], $3::bytea[], $4::uuid[])
        on conflict do nothing returning order_id
        """;

    private const string InsertOrders = $"""
        insert into orders (
            id, customer, status, version, total, payment_token, on_shortage, due_at, attempts,
            compensation_pending, refunded, stock_released, accepted_at, updated_at, hold_id, another_card)
        select u.id, u.customer, '{OrderStatusNames.Accepted}', 1, u.total, u.payment_token, u.on_shortage, $7, 0,
            false, false, false, $7, $7, u.hold_id, u.another_card
        from unnest($1::uuid[], $2::text[], $3::numeric[], $4::text[], $5::text[], $6::uuid[], $8::boolean[])
             with ordinality as u(id, customer, total, payment_token, on_shortage, hold_id, another_card, place)
        order by u.place returning id, number
        """;

    private const string InsertLines = """
        insert into order_lines (order_id, line, sku, quantity, unit_price, stocked)
        select * from unnest($1::uuid[], $2::int[], $3::text[], $4::int[], $5::numeric[], $6::boolean[])
        """;

    private const string SelectReplayed = """
        select k.caller, k.key, k.fingerprint, o.id, o.number, l.sku, l.quantity, l.unit_price
        from idempotency_keys k
        join orders o on o.id = k.order_id
        join order_lines l on l.order_id = o.id
        where (k.caller, k.key) in (select * from unnest($1::text[], $2::text[])) order by o.id, l.line
        """;

    private const string SelectAccepted = """
        select o.number, o.payment_token, l.sku, l.quantity, l.unit_price
        from orders o join order_lines l on l.order_id = o.id where o.id = $1 order by l.line
        """;

    /// <summary>
    /// Claims the keys, and returns the ids of the orders whose key is new. A concurrent claim of the same key is
    /// waited for.
    /// </summary>
    public static async Task<HashSet<Guid>> ClaimKeysAsync(
        NpgsqlConnection connection,
        IReadOnlyList<(Guid Id, AcceptOrder Request)> orders,
        CancellationToken cancellationToken
    )
    {
        // In key order: two replicas that share several keys do not deadlock.
        var sorted = orders
            .OrderBy(o => o.Request.Caller, StringComparer.Ordinal)
            .ThenBy(o => o.Request.Key, StringComparer.Ordinal)
            .ToList();
        var claimed = await connection.QueryAsync<Guid>(
            ClaimKeys,
            [
                sorted.Select(o => o.Request.Caller).ToArray(),
                sorted.Select(o => o.Request.Key).ToArray(),
                sorted.Select(o => o.Request.Fingerprint).ToArray(),
                sorted.Select(o => o.Id).ToArray(),
            ],
            cancellationToken
        );
        return [.. claimed];
    }

    /// <summary>Inserts orders, lines and events, and returns the orders by id.</summary>
    public static async Task<Dictionary<Guid, AcceptedOrder>> InsertAsync(
        NpgsqlConnection connection,
        IReadOnlyList<(Guid Id, AcceptOrder Request)> orders,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (orders.Count == 0)
            return [];
        await using var insert = new NpgsqlBatch(connection);
        var totals = orders.Select(o => OrderPricingRules.Total(o.Request.Lines)).ToArray();
        insert.Add(
            InsertOrders,
            orders.Select(o => o.Id).ToArray(),
            orders.Select(o => o.Request.Customer).ToArray(),
            totals,
            orders.Select(o => o.Request.PaymentToken).ToArray(),
            orders.Select(o => o.Request.OnShortage).ToArray(),
            orders.Select(o => o.Request.HoldId).ToArray(),
            now.UtcDateTime,
            orders.Select(o => o.Request.AnotherCard).ToArray()
        );
        var lines = orders.SelectMany(o => o.Request.Lines.Select((l, i) => (o.Id, Number: i + 1, Line: l))).ToList();
        insert.Add(
            InsertLines,
            lines.Select(l => l.Id).ToArray(),
            lines.Select(l => l.Number).ToArray(),
            lines.Select(l => l.Line.Sku).ToArray(),
            lines.Select(l => l.Line.Quantity).ToArray(),
            lines.Select(l => l.Line.UnitPrice).ToArray(),
            lines.Select(l => l.Line.Stocked).ToArray()
        );
        Dictionary<Guid, long> numbers;
        await using (var reader = await insert.ExecuteReaderAsync(cancellationToken))
            numbers = (await reader.ReadAllAsync<NumberRow>(cancellationToken)).ToDictionary(r => r.Id, r => r.Number);

        await using var append = new NpgsqlBatch(connection);
        append.AppendEvents(
            [
                .. orders.Select(
                    (o, i) =>
                        new NewEvent(
                            EventTypes.OrderAccepted,
                            o.Id.ToString(),
                            1,
                            Event(o.Id, numbers[o.Id], totals[i], o.Request)
                        )
                ),
            ],
            now
        );
        await append.ExecuteNonQueryAsync(cancellationToken);
        return orders
            .Select((o, i) => Response(o.Id, numbers[o.Id], totals[i], o.Request.Lines))
            .ToDictionary(a => a.Id);
    }

    /// <summary>The orders that were accepted earlier under the keys of <paramref name="requests"/>.</summary>
    public static async Task<IEnumerable<ReplayedOrder>> GetReplayedAsync(
        NpgsqlConnection connection,
        IReadOnlyList<AcceptOrder> requests,
        CancellationToken cancellationToken
    )
    {
        if (requests.Count == 0)
            return [];
        var rows = await connection.QueryAsync<ReplayedLineRow>(
            SelectReplayed,
            [requests.Select(r => r.Caller).ToArray(), requests.Select(r => r.Key).ToArray()],
            cancellationToken
        );
        return rows.GroupBy(r => (r.Caller, r.Key))
            .Select(rows =>
            {
                var order = rows.First();
                var lines = rows.Select(r => new PricedLine(r.Sku, r.Quantity, r.UnitPrice)).ToList();
                return new ReplayedOrder(
                    order.Caller,
                    order.Key,
                    order.Fingerprint,
                    Response(order.Id, order.Number, OrderPricingRules.Total(lines), lines)
                );
            });
    }

    /// <summary>The order as it was accepted, and its present card; null where there is none.</summary>
    public static async Task<(AcceptedOrder Order, string Token)?> FindAsync(
        NpgsqlConnection connection,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        var rows = await connection.QueryAsync<AcceptedLineRow>(SelectAccepted, [id], cancellationToken);
        if (rows is not [var order, ..])
            return null;
        var lines = rows.ConvertAll(r => new PricedLine(r.Sku, r.Quantity, r.UnitPrice));
        return (Response(id, order.Number, OrderPricingRules.Total(lines), lines), order.PaymentToken);
    }

    private static OrderAccepted Event(Guid id, long number, decimal total, AcceptOrder request) =>
        new(
            id,
            number,
            request.Customer,
            total,
            request.Lines.Sum(l => (long)l.Quantity),
            request.Lines.Select(l => l.Sku).Distinct(StringComparer.Ordinal).Count()
        );

    private static AcceptedOrder Response(Guid id, long number, decimal total, IEnumerable<PricedLine> lines) =>
        new(
            id,
            number,
            OrderStatusNames.Accepted,
            1,
            Money.Normalize(total),
            [.. lines.Select(l => l with { UnitPrice = Money.Normalize(l.UnitPrice) })]
        );

    private sealed record AcceptedLineRow(
        long Number,
        string PaymentToken,
        string Sku,
        int Quantity,
        decimal UnitPrice
    );

    private sealed record NumberRow(Guid Id, long Number);

    private sealed record ReplayedLineRow(
        string Caller,
        string Key,
        byte[] Fingerprint,
        Guid Id,
        long Number,
        string Sku,
        int Quantity,
        decimal UnitPrice
    );
}
