using DaprShop.Inventory.Model;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// The only code that changes stock: it executes a group of commands in one transaction. Its locks and the constraints
/// of the database guarantee the result; no cache is involved.
/// </summary>
internal sealed class StockUnitOfWork(
    NpgsqlDataSource database,
    RelaySignal relay,
    BackordersFilledSignal backordersFilled,
    NewOffers offers,
    StockPolicy policy,
    IFailpoints failpoints,
    TimeProvider time
)
{
    /// <summary>Commands per transaction, at most; one command may carry hundreds of orders.</summary>
    public const int GroupLimit = 32;

    /// <summary>Groups of arrivals that may commit at the same time.</summary>
    public const int ArrivalGroups = 2;

    // Each attempt sees the transaction that overtook the one before it. 20 in a row are no race: the ledger
    // contradicts its levels.
    private const int MaxAttempts = 20;

    /// <summary>Decides the commands in order and commits; returns their responses in the same order.</summary>
    /// <exception cref="PostgresException">The database rejects the changes, or does so after 20 attempts.</exception>
    public async Task<IReadOnlyList<object>> CommitAsync(
        IReadOnlyList<StockCommand> commands,
        CancellationToken cancellationToken
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryCommitAsync(commands, cancellationToken);
            }
            catch (PostgresException e) when (attempt < MaxAttempts && IsOvertaken(e))
            {
                // The transaction that overtook this one has committed. The next attempt decides with its result.
            }
        }
    }

    // Another replica committed the same order, key, document or waitlist entry first. There was no row yet whose lock
    // this transaction could have waited for.
    private static bool IsOvertaken(PostgresException e) =>
        e.SqlState == PostgresErrorCodes.UniqueViolation
        && e.ConstraintName
            is "pk_reservations"
                or "pk_idempotency_keys"
                or "pk_inbounds"
                or InventoryDbContext.OneWaitlistEntry;

    private async Task<IReadOnlyList<object>> TryCommitAsync(
        IReadOnlyList<StockCommand> commands,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (loaded, levels) = await StockLoader.LoadAsync(connection, commands, time.GetUtcNow(), cancellationToken);

        // Read after the SKUs are locked: the times of a level's movements never run backwards.
        var now = time.GetUtcNow();
        var rules = new StockRules(loaded, new StockChanges(levels, now, loaded.Locations), policy, now);
        var responses = commands.Select(rules.Decide).ToList();
        rules.Conclude();
        await StockSaver.SaveAsync(connection, loaded, rules, now, cancellationToken);
        await failpoints.ReachAsync($"committing-{commands[0].Name}");
        await transaction.CommitAsync(cancellationToken);
        await failpoints.ReachAsync($"committed-{commands[0].Name}");
        if (rules.Events.Count > 0)
            relay.Raise();
        if (rules.FilledOrders.Count > 0)
            backordersFilled.Raise();
        foreach (var offer in rules.Holds.Values.Where(h => h is { EntryId: not null, State: HoldState.Active }))
            offers.Add(offer.Lines[0].Sku);
        return responses;
    }
}

/// <summary>Raised after each commit that filled a backorder.</summary>
internal sealed class BackordersFilledSignal : WorkSignal;
