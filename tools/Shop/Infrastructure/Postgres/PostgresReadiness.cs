using DaprShop.Shop.Processes;
using Npgsql;

namespace DaprShop.Shop.Infrastructure.Postgres;

/// <summary>Asks a PostgreSQL whether it answers.</summary>
internal static class PostgresReadiness
{
    /// <summary>Null when it answers, else why it does not.</summary>
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
        var up = await Until.TrueAsync(
            async () => !server.IsAlive || await ProblemAsync(connectionString, cancel) is null,
            TimeSpan.FromSeconds(60),
            cancel
        );
        if (!up || !server.IsAlive)
            throw new ShopException(
                $"PostgreSQL did not start; the end of {server.Spec.LogFile}:{Environment.NewLine}{LogTail.Of(server.Spec.LogFile)}"
            );
    }
}
