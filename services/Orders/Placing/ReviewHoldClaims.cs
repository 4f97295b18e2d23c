using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using Npgsql;

namespace DaprShop.Orders.Placing;

/// <summary>
/// Says which orders have still to use the holds that were claimed for them. Only Inventory calls it, through its
/// sidecar.
/// </summary>
internal static class ReviewHoldClaims
{
    private const string Waiting = $"""
        select id from orders
        where id = any($1) and status in ('{OrderStatusNames.Accepted}', '{OrderStatusNames.AwaitingCustomer}')
        """;

    public static async Task<HoldClaimsResponse> HandleAsync(
        HoldClaimsRequest request,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    ) => new(await database.QueryAsync<Guid>(Waiting, [request.OrderIds.ToArray()], cancellationToken));
}
