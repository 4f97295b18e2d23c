using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace EmbeddedDapr.Actors;

/// <summary>What actors remember.</summary>
internal sealed class ActorState(NpgsqlDataSource database, TimeProvider clock)
{
    private const string Upsert = """
        insert into actor_state (app, type, id, key, value, expires) values ($1, $2, $3, $4, $5, $6)
        on conflict (app, type, id, key) do update set value = excluded.value, expires = excluded.expires
        """;

    /// <returns>Null when there is none, or its time to live is over.</returns>
    public async Task<(byte[] Value, DateTime? Expires)?> GetAsync(
        ActorKey actor,
        string key,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            "select value, expires from actor_state where app = $1 and type = $2 and id = $3 and key = $4 and (expires is null or expires > $5)"
        );
        command.Parameters.AddRange(Key(actor, key));
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (reader.GetFieldValue<byte[]>(0), reader.IsDBNull(1) ? null : reader.GetDateTime(1))
            : null;
    }

    /// <summary>All of the operations or none.</summary>
    /// <exception cref="FormatException">An operation is not one.</exception>
    public async Task ApplyAsync(
        ActorKey actor,
        IReadOnlyList<StateOperation> operations,
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

    private NpgsqlBatchCommand Command(ActorKey actor, StateOperation operation)
    {
        if (operation.Request?.Key is not { Length: > 0 } key)
            throw new FormatException("An operation needs a request with a key.");
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
                    $"The operation '{operation.Operation}' is not known; allowed are upsert and delete."
                );
        }
        return command;
    }

    private DateTime? Expiry(StateOperation.Item item)
    {
        if (item.Metadata is null || !item.Metadata.TryGetValue("ttlInSeconds", out var ttl))
            return null;
        if (!int.TryParse(ttl, out var seconds))
            throw new FormatException($"ttlInSeconds is '{ttl}', not a whole number.");
        return seconds > 0 ? clock.GetUtcNow().AddSeconds(seconds).UtcDateTime : null;
    }

    private static NpgsqlParameter[] Key(ActorKey actor, string key) =>
        [new() { Value = actor.App }, new() { Value = actor.Type }, new() { Value = actor.Id }, new() { Value = key }];
}

/// <summary>One step of a state transaction.</summary>
internal sealed record StateOperation(string? Operation, StateOperation.Item? Request)
{
    internal sealed record Item(string? Key, JsonElement? Value, Dictionary<string, string>? Metadata);
}
