using DaprShop.Shop.Processes;
using Npgsql;

namespace DaprShop.Shop.Postgres;

/// <summary>Checks whether a PostgreSQL server accepts connections.</summary>
internal static class PostgresReadiness
{
    /// <summary>Null when it accepts a connection, else the problem.</summary>
    public static async Task<string?> ProblemAsync(string connectionString, CancellationToken cancel)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(cancel);
            return null;
        }
        catch (Exception problem) when (problem is NpgsqlException or TimeoutException or ArgumentException)
        {
            return problem.Message;
        }
    }

    public static async Task WaitAsync(OwnedProcess server, string connectionString, CancellationToken cancel)
    {
        var up = await Poll.UntilAsync(
            async () => !server.IsAlive || await ProblemAsync(connectionString, cancel) is null,
            TimeSpan.FromSeconds(60),
            cancel
        );
        if (!up || !server.IsAlive)
            throw new ShopException(
                "PostgreSQL did not start; the end of "
                    + $"{server.Spec.LogFile}:{Environment.NewLine}{LogTail.Of(server.Spec.LogFile)}"
            );
    }
}
