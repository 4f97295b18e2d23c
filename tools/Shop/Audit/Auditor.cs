using DaprShop.Shop.Databases;
using DaprShop.Shop.Processes;
using Npgsql;

namespace DaprShop.Shop.Audit;

/// <summary>Checks every invariant by SQL over the services' databases, each in its own snapshot.</summary>
/// <param name="provider">The payment provider's ledger.</param>
internal sealed class Auditor(AuditedDatabases databases, IProviderLedger provider)
{
    /// <summary>The number of violations per check that are reported in full.</summary>
    public const int MaxExamples = 20;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits until the shop is idle, at most for <paramref name="timeout"/>, then checks.</summary>
    /// <param name="timeout">Zero: the shop is checked as it is now.</param>
    /// <param name="rebuild">Also rebuilds the stock levels from the ledger.</param>
    /// <param name="cancel">Cancels the audit.</param>
    /// <exception cref="ShopException">The audit could not run (exit code 2).</exception>
    public async Task<AuditReport> RunAsync(TimeSpan timeout, bool rebuild, CancellationToken cancel)
    {
        Snapshots? snapshots = null;
        try
        {
            Quiescence quiescence = null!;
            var isIdle = false;
            await Poll.UntilAsync(
                async () =>
                {
                    if (snapshots is not null)
                        await snapshots.DisposeAsync();
                    snapshots = await Snapshots.CreateAsync(databases, cancel);
                    quiescence = await Quiescence.ReadAsync(snapshots, cancel);
                    isIdle = quiescence.IsIdle && await quiescence.IsUnchangedAsync(databases, cancel);
                    return isIdle && quiescence.Lagging.Count == 0;
                },
                PollInterval,
                timeout,
                cancel
            );

            // A consumer that still lags after the timeout is not merely late: the checks report it.
            var activeWork =
                isIdle ? []
                : quiescence.ActiveWork is { Count: > 0 } work ? work
                : ["the services keep writing"];
            // Read while the shop is idle: the checks that compare it run only then.
            await ProviderLedgerTable.LoadAsync(
                snapshots!["payments"],
                isIdle ? await provider.ReadAsync(cancel) : [],
                cancel
            );
            var findings = await CheckAsync(snapshots!, isIdle, rebuild, cancel);
            return new AuditReport(findings, activeWork, quiescence.Parked);
        }
        catch (PostgresException e)
        {
            throw new ShopException(
                $"The audit cannot read a database: {e.MessageText}. Run `./shop up`, which migrates the databases, "
                    + "and try again.",
                2
            );
        }
        finally
        {
            if (snapshots is not null)
                await snapshots.DisposeAsync();
        }
    }

    private static async Task<IReadOnlyList<AuditFinding>> CheckAsync(
        Snapshots snapshots,
        bool isIdle,
        bool rebuild,
        CancellationToken cancel
    )
    {
        var requested = Invariants.Checks.Where(check => rebuild || !check.OnRequest).ToList();
        var due = requested.Where(check => isIdle || !check.OnlyWhenIdle).ToList();
        var inputs = due.SelectMany(check => check.Databases.SelectMany(d => check.Inputs.Select(input => (d, input))));
        foreach (var (database, input) in inputs.Distinct())
            await LoadAsync(snapshots, Invariants.Inputs[input], database, cancel);

        // A connection runs one command at a time, but there is one per database.
        var found = await Task.WhenAll(
            due.SelectMany(check => check.Databases, (check, database) => (check, database))
                .GroupBy(run => run.database)
                .Select(async group =>
                {
                    var findings = new List<AuditFinding>();
                    foreach (var (check, database) in group)
                        findings.Add(await RunAsync(snapshots, check, database, cancel));
                    return findings;
                })
        );
        var skipped = requested
            .Except(due)
            .SelectMany(c => c.Databases, (c, d) => new AuditFinding(c, d, 0, 0, [], Skipped: true));
        return [.. found.SelectMany(f => f).Concat(skipped).OrderBy(f => f.Check.Name, StringComparer.Ordinal)];
    }

    private static async Task LoadAsync(Snapshots snapshots, CheckInput input, string into, CancellationToken cancel)
    {
        var target = snapshots[into];
        await ExecuteAsync(target, $"create temporary table {input.Name} {input.Columns} on commit drop", cancel);
        foreach (var source in input.Databases)
        {
            var sql = input.Sql.Replace(AuditSqlFile.Service, source, StringComparison.Ordinal);
            // As text, so that a sum whose type follows its columns' (bigint, numeric) still fits the declared type.
            using var rows = await snapshots[source].BeginTextExportAsync($"copy ({sql}) to stdout", cancel);
            await using var table = await target.BeginTextImportAsync($"copy {input.Name} from stdin", cancel);
            var buffer = new char[64 * 1024];
            int read;
            while ((read = await rows.ReadAsync(buffer, cancel)) > 0)
                await table.WriteAsync(buffer.AsMemory(0, read), cancel);
        }

        await ExecuteAsync(target, $"analyze {input.Name}", cancel);
    }

    private static Task<AuditFinding> RunAsync(
        Snapshots snapshots,
        InvariantCheck check,
        string database,
        CancellationToken cancel
    ) =>
        snapshots.RunInSavepointAsync(
            database,
            async connection =>
            {
                await using var command = new NpgsqlCommand(
                    check.Sql.Replace(AuditSqlFile.Service, database, StringComparison.Ordinal),
                    connection
                );
                await using var reader = await command.ExecuteReaderAsync(cancel);
                var items = await reader.ReadRowsAsync<CheckedItems>(cancel).SingleAsync(cancel);
                await reader.NextResultAsync(cancel);
                var (violations, examples) = (0L, new List<Violation>());
                await foreach (var violation in reader.ReadRowsAsync<Violation>(cancel))
                    if (++violations <= MaxExamples)
                        examples.Add(violation);
                return new AuditFinding(check, database, items.Checked, violations, examples, Skipped: false);
            },
            Unreadable(check, database),
            cancel
        );

    // PostgreSQL's class 22 means data that cannot be parsed: no service writes such data, so it is a violation.
    private static Func<PostgresException, AuditFinding> Unreadable(InvariantCheck check, string database) =>
        e =>
            e.SqlState.StartsWith("22", StringComparison.Ordinal)
                ? new AuditFinding(
                    check,
                    database,
                    0,
                    1,
                    [new Violation(database, $"unreadable: {e.MessageText}")],
                    Skipped: false
                )
                : throw new ShopException(
                    $"The check {check.Name} failed in the database '{database}': {e.MessageText}. Restart the shop "
                        + "with this build (`./shop down`, then `./shop up`) so that the databases match it.",
                    2
                );

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }

    private sealed record CheckedItems(long Checked);
}
