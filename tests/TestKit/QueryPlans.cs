using Npgsql;

namespace DaprShop.TestKit;

/// <summary>
/// The plans of prepared statements. A session keeps the plans that it made while the tables were empty; they must not
/// read whole tables when these are full.
/// </summary>
public static class QueryPlans
{
    /// <summary>
    /// Prepares <paramref name="statement"/> and plans it on empty tables, runs <paramref name="fill"/>, and returns the
    /// plan that the session then uses. Everything is rolled back, and no session analyses the tables.
    /// </summary>
    /// <param name="connectionString">A role that may fill the tables.</param>
    /// <param name="types">The parameters' types, separated by commas.</param>
    /// <param name="statement">The statement, with positional parameters.</param>
    /// <param name="fill">Statements that fill the tables.</param>
    public static async Task<string> MadeOnEmptyTablesAsync(
        string connectionString,
        string types,
        string statement,
        string fill
    )
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var nulls = string.Join(", ", types.Split(',').Select(type => $"null::{type}"));
        var explain = $"explain execute planned({nulls})";
        await Sql.LinesAsync(
            connection,
            $"set local plan_cache_mode = force_generic_plan; prepare planned({types}) as {statement}; {explain}"
        );
        await Sql.LinesAsync(connection, fill);
        var plan = await Sql.LinesAsync(connection, explain);
        await Sql.LinesAsync(connection, "deallocate planned");
        return plan;
    }
}
