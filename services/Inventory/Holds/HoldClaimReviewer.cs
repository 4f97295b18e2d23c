using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using Npgsql;

namespace DaprShop.Inventory.Holds;

/// <summary>
/// Ends claims on holds whose order does not wait for stock, for instance because Orders stopped between the claim and
/// the acceptance of the order. It asks Orders about claims that are older than any acceptance takes; a hold of an order
/// that still waits stands on. A reservation or a release ends the claim of its order by itself.
/// </summary>
internal sealed class HoldClaimReviewer(
    NpgsqlDataSource database,
    StockCommandQueue stock,
    ServiceInvoker services,
    TimeProvider time,
    ILogger<HoldClaimReviewer> logger
) : PollingWorker(Interval, time, logger, waitFirst: true)
{
    /// <summary>How long a claim stands before Orders is asked about it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private const int BatchSize = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly string Old = $"""
        select id, array_to_string(claimed_by, ',') as claimed_by from holds where {StateConditions.ClaimedHold} and claimed_at <= $1
        order by claimed_at limit $2
        """;
    private readonly TimeProvider _time = time;

    private sealed record ClaimedRow(Guid Id, string ClaimedBy);

    protected override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var claimed = await database.QueryAsync<ClaimedRow>(
            Old,
            [(_time.GetUtcNow() - Patience).UtcDateTime, BatchSize],
            cancellationToken
        );
        if (claimed.Count == 0)
            return false;
        var orders = claimed.SelectMany(c => Hold.ParseClaims(c.ClaimedBy)).Distinct().ToList();
        var response = await services.PostAsync<HoldClaimsRequest, HoldClaimsResponse>(
            Apps.Orders,
            "internal/holds/claims",
            new HoldClaimsRequest(orders),
            cancellationToken
        );
        await stock.RunAsync<ReviewClaimsCommand>(
            new ReviewClaimsCommand([.. claimed.Select(c => c.Id)], [.. orders.Except(response.Waiting)]),
            cancellationToken
        );
        return claimed.Count == BatchSize;
    }
}
