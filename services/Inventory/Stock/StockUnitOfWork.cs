using System.Diagnostics;
using DaprShop.Inventory.Model;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Inventory.Stock;

/// <summary>The one way to change stock: a group of commands in one transaction. The database is the only judge.</summary>
internal sealed class StockUnitOfWork(
    NpgsqlDataSource database,
    RelaySignal relay,
    BackordersFilledSignal filled,
    NewOffers offers,
    StockPolicy policy,
    TimeProvider time
)
{
    /// <summary>Commands per transaction, at most; one command may carry hundreds of orders.</summary>
    public const int GroupLimit = 32;

    // Each attempt knows what overtook the one before it. So many in a row are no race, but a ledger that contradicts its levels.
    private const int MaxAttempts = 20;

    /// <summary>Decides the commands in order and commits; answers in their order.</summary>
    public async Task<IReadOnlyList<object>> CommitAsync(
        IReadOnlyList<StockCommand> commands,
        CancellationToken cancellationToken
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await DecideAsync(commands, cancellationToken);
            }
            catch (PostgresException e) when (attempt < MaxAttempts && IsOvertaken(e))
            {
                // What overtook these commands has been committed: they are decided again, knowing it.
            }
        }
    }

    // Another replica was first with the same order, key, document or place in line, or the first movement of a level: there was no row yet to wait for.
    private static bool IsOvertaken(PostgresException e) =>
        e.SqlState == PostgresErrorCodes.UniqueViolation
        && e.ConstraintName
            is "pk_reservations"
                or "pk_idempotency_keys"
                or "pk_movements"
                or "pk_inbounds"
                or InventoryDbContext.OneWaitlistEntry;

    private async Task<IReadOnlyList<object>> DecideAsync(
        IReadOnlyList<StockCommand> commands,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (known, levels) = await StockLoader.ReadAsync(connection, commands, time.GetUtcNow(), cancellationToken);

        // Only now are the levels locked: the times of a level's movements never run backwards.
        var now = time.GetUtcNow();
        var decisions = new StockRules(known, new StockChanges(levels, now), policy, now);
        var answers = commands.Select(decisions.Decide).ToList();
        decisions.TellEdges();
        await StockSaver.WriteAsync(connection, known, decisions, now, cancellationToken);
        await Steps.ReachAsync($"committing-{commands[0].Name}");
        await transaction.CommitAsync(cancellationToken);
        await Steps.ReachAsync($"committed-{commands[0].Name}");
        if (decisions.Events.Count > 0)
            relay.Raise();
        if (decisions.Filled.Count > 0)
            filled.Raise();
        foreach (var offer in decisions.Holds.Values.Where(h => h is { EntryId: not null, State: HoldState.Active }))
            offers.Tell(offer.Lines[0].Sku);
        return answers;
    }
}

/// <summary>The queue in front of <see cref="StockWriter"/>.</summary>
internal sealed class StockCommandQueue(GroupCommit<StockCommand, object> group)
{
    /// <summary>Waits for the command's transaction.</summary>
    public async Task<TAnswer> RunAsync<TAnswer>(StockCommand command, CancellationToken cancellationToken) =>
        (TAnswer)await group.RunAsync(command with { Trace = TraceOf(Activity.Current) }, cancellationToken);

    private static Guid? TraceOf(Activity? activity) =>
        activity is null ? null : Guid.ParseExact(activity.TraceId.ToHexString(), "N");
}

/// <summary>Raised after each commit that filled a backorder.</summary>
internal sealed class BackordersFilledSignal : WorkSignal;
