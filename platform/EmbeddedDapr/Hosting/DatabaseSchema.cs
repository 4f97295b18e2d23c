using Npgsql;

namespace EmbeddedDapr.Hosting;

/// <summary>Creates missing tables. Each module has an idempotent <c>Schema.sql</c> in its folder.</summary>
internal static class DatabaseSchema
{
    private const long AdvisoryLock = 0x4541_5052;

    public static async Task CreateAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, $"select pg_advisory_xact_lock({AdvisoryLock})", cancellationToken);
        foreach (var name in Names)
            await ExecuteAsync(connection, await ReadAsync(name, cancellationToken), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static IEnumerable<string> Names =>
        typeof(DatabaseSchema)
            .Assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith("Schema.sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    private static async Task<string> ReadAsync(string name, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(typeof(DatabaseSchema).Assembly.GetManifestResourceStream(name)!);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
