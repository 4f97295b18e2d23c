using System.Text;
using System.Text.Json;
using EmbeddedDapr.Hosting;
using Npgsql;
using NpgsqlTypes;

namespace EmbeddedDapr.Actors;

/// <summary>The state of all actors.</summary>
internal sealed class ActorStateStore(NpgsqlDataSource database, TimeProvider clock)
{
    private const string Upsert = """
        insert into actor_state (app, type, id, key, value, expires) values ($1, $2, $3, $4, $5, $6)
        on conflict (app, type, id, key) do update set value = excluded.value, expires = excluded.expires
        """;

    /// <returns>Null when there is no value, or it has expired.</returns>
    public async Task<ActorStateValue?> GetAsync(ActorKey actor, string key, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select value, expires from actor_state
            where app = $1 and type = $2 and id = $3 and key = $4 and (expires is null or expires > $5)
            """
        );
        command.Parameters.AddRange(Key(actor, key));
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadRowsAsync<ActorStateValue>(cancellationToken) is [var found] ? found : null;
    }

    /// <summary>Applies all operations or none.</summary>
    /// <exception cref="FormatException">An operation is malformed.</exception>
    public async Task ApplyAsync(
        ActorKey actor,
        IReadOnlyList<ActorStateOperation> operations,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var operation in operations)
            batch.BatchCommands.Add(Command(actor, operation));
        if (operations.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task DeleteExpiredAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("delete from actor_state where expires <= $1");
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlBatchCommand Command(ActorKey actor, ActorStateOperation operation)
    {
        if (operation.Request?.Key is not { Length: > 0 } key)
            throw new FormatException("An operation must have a request with a key.");
        var command = new NpgsqlBatchCommand();
        command.Parameters.AddRange(Key(actor, key));
        switch (operation.Operation)
        {
            case "delete":
                command.CommandText = "delete from actor_state where app = $1 and type = $2 and id = $3 and key = $4";
                break;
            case "upsert":
                command.CommandText = Upsert;
                command.Parameters.Add(
                    new() { Value = Encoding.UTF8.GetBytes(operation.Request.Value?.GetRawText() ?? "null") }
                );
                command.Parameters.Add(
                    new()
                    {
                        Value = (object?)Expiry(operation.Request) ?? DBNull.Value,
                        NpgsqlDbType = NpgsqlDbType.TimestampTz,
                    }
                );
                break;
            default:
                throw new FormatException(
                    $"The operation '{operation.Operation}' is not supported; allowed are upsert and delete."
                );
        }
        return command;
    }

    private DateTime? Expiry(ActorStateOperation.Parameters item)
    {
        if (item.Metadata is null || !item.Metadata.TryGetValue("ttlInSeconds", out var ttl))
            return null;
        if (!int.TryParse(ttl, out var seconds))
            throw new FormatException($"ttlInSeconds is '{ttl}'; it must be a whole number.");
        return seconds > 0 ? clock.GetUtcNow().AddSeconds(seconds).UtcDateTime : null;
    }

    private static NpgsqlParameter[] Key(ActorKey actor, string key) =>
        [new() { Value = actor.App }, new() { Value = actor.Type }, new() { Value = actor.Id }, new() { Value = key }];
}

/// <param name="Expires">UTC; null: never.</param>
internal sealed record ActorStateValue(byte[] Value, DateTime? Expires);

/// <summary>One operation of a state transaction.</summary>
internal sealed record ActorStateOperation(string? Operation, ActorStateOperation.Parameters? Request)
{
    internal sealed record Parameters(string? Key, JsonElement? Value, Dictionary<string, string>? Metadata);
}
