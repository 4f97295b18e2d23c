using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Processes;
using Npgsql;

namespace DaprShop.Shop.Audit;

/// <summary>Checks every invariant by SQL over the services' databases, each in a snapshot of its own.</summary>
internal sealed class Auditor(AuditedDatabases databases)
{
    /// <summary>Violations of a check that are kept in full.</summary>
    public const int Kept = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits for rest, for <paramref name="patience"/> at most, then checks.</summary>
    /// <param name="patience">Zero: as it is now.</param>
    /// <param name="rebuild">Also rebuilds the stock levels from the ledger.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ShopException">It could not run.</exception>
    public async Task<Report> RunAsync(TimeSpan patience, bool rebuild, CancellationToken cancel)
    {
        Snapshots? snapshots = null;
        try
        {
            Rest rest = null!;
            var still = false;
            await Until.TrueAsync(
                async () =>
                {
                    if (snapshots is not null)
                        await snapshots.DisposeAsync();
                    snapshots = await Snapshots.TakeAsync(databases, cancel);
                    rest = await Rest.ReadAsync(snapshots, cancel);
                    still = rest.IsQuiet && await rest.StillHoldsAsync(databases, cancel);
                    return still && rest.Behind.Count == 0;
                },
                Pause,
                patience,
                cancel
            );

            // Who is still behind after all that patience is not on the way: the checks report it.
            var unrest =
                still ? []
                : rest.Unrest is { Count: > 0 } reasons ? reasons
                : ["the services keep writing"];
            return new Report(await CheckAsync(snapshots!, atRest: still, rebuild, cancel), unrest, rest.Parked);
        }
        catch (PostgresException e)
        {
            throw new ShopException(
                $"The audit cannot read what it needs: {e.MessageText}. `./shop up` brings the databases up to date.",
                2
            );
        }
        finally
        {
            if (snapshots is not null)
                await snapshots.DisposeAsync();
        }
    }

    private static async Task<IReadOnlyList<Finding>> CheckAsync(
        Snapshots snapshots,
        bool atRest,
        bool rebuild,
        CancellationToken cancel
    )
    {
        var asked = Invariants.Checks.Where(check => rebuild || !check.OnRequest).ToList();
        var due = asked.Where(check => atRest || !check.AtRest).ToList();
        foreach (
            var (database, input) in due.SelectMany(c => c.Databases.SelectMany(d => c.Inputs.Select(i => (d, i))))
                .Distinct()
        )
            await LoadAsync(snapshots, Invariants.Inputs[input], database, cancel);

        // A connection does one thing at a time, but there are four.
        var found = await Task.WhenAll(
            due.SelectMany(check => check.Databases, (check, database) => (check, database))
                .GroupBy(at => at.database)
                .Select(async group =>
                {
                    var findings = new List<Finding>();
                    foreach (var (check, database) in group)
                        findings.Add(await RunAsync(snapshots, check, database, cancel));
                    return findings;
                })
        );
        var skipped = asked
            .Except(due)
            .SelectMany(c => c.Databases, (c, d) => new Finding(c, d, 0, 0, [], Skipped: true));
        return [.. found.SelectMany(f => f).Concat(skipped).OrderBy(f => f.Check.Name, StringComparer.Ordinal)];
    }

    private static async Task LoadAsync(Snapshots snapshots, Input input, string into, CancellationToken cancel)
    {
        var target = snapshots[into];
        await ExecuteAsync(target, $"create temporary table {input.Name} {input.Columns} on commit drop", cancel);
        foreach (var source in input.Databases)
        {
            var sql = input.Sql.Replace(SqlFile.Service, source, StringComparison.Ordinal);
            await using var rows = await snapshots[source]
                .BeginRawBinaryCopyAsync($"copy ({sql}) to stdout (format binary)", cancel);
            await using var table = await target.BeginRawBinaryCopyAsync(
                $"copy {input.Name} from stdin (format binary)",
                cancel
            );
            await rows.CopyToAsync(table, cancel);
        }

        await ExecuteAsync(target, $"analyze {input.Name}", cancel);
    }

    private static Task<Finding> RunAsync(
        Snapshots snapshots,
        Check check,
        string database,
        CancellationToken cancel
    ) =>
        snapshots.TryAsync(
            database,
            async connection =>
            {
                await using var command = new NpgsqlCommand(
                    check.Sql.Replace(SqlFile.Service, database, StringComparison.Ordinal),
                    connection
                );
                await using var reader = await command.ExecuteReaderAsync(cancel);
                await reader.ReadAsync(cancel);
                var looked = reader.GetInt64(0);
                await reader.NextResultAsync(cancel);
                var (count, first) = (0L, new List<Violation>());
                while (await reader.ReadAsync(cancel))
                    if (++count <= Kept)
                        first.Add(new Violation(reader.GetString(0), reader.GetString(1)));
                return new Finding(check, database, looked, count, first, Skipped: false);
            },
            Unreadable(check, database),
            cancel
        );

    // Data of a form that no service writes: 22 is PostgreSQL's class for that.
    private static Func<PostgresException, Finding> Unreadable(Check check, string database) =>
        e =>
            e.SqlState.StartsWith("22", StringComparison.Ordinal)
                ? new Finding(
                    check,
                    database,
                    0,
                    1,
                    [new Violation(database, $"unreadable: {e.MessageText}")],
                    Skipped: false
                )
                : throw new ShopException(
                    $"{check.Name} could not be checked in the database '{database}': {e.MessageText}.",
                    2
                );

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
