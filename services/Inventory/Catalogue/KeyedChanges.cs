using System.Text.Json;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace DaprShop.Inventory.Catalogue;

/// <summary>What became of a request to change a resource.</summary>
/// <param name="Before">As it was; null where it is new, or nothing was decided.</param>
/// <param name="After">As it has become; null where the change was refused.</param>
/// <param name="Replayed">The response of an earlier request with the same key.</param>
internal sealed record KeyedChange<T>(
    Versioned<T>? Before,
    Versioned<T>? After,
    bool Replayed = false,
    ProblemHttpResult? Refusal = null
)
    where T : class;

/// <summary>Creates and changes resources of the catalogue: each is decided on the locked row, once per key.</summary>
internal sealed class KeyedChanges(NpgsqlDataSource database)
{
    private const int MaxAttempts = 5;

    private const string Recorded = """
        select fingerprint, response::text as response from idempotency_keys where owner = '' and key = $1
        """;

    private const string Record =
        "insert into idempotency_keys (owner, key, fingerprint, response) values ('', $1, $2, $3::json)";

    /// <summary>Changes a resource as <paramref name="decide"/> says.</summary>
    /// <param name="find">Locks the stored resource; null where there is none.</param>
    /// <param name="write">Adds the statements for a change that was decided, which may change nothing.</param>
    public async Task<KeyedChange<T>> RunAsync<T>(
        string key,
        byte[] fingerprint,
        Func<NpgsqlConnection, Task<Versioned<T>?>> find,
        Func<Versioned<T>?, (T? Value, ProblemHttpResult? Refusal)> decide,
        Func<NpgsqlConnection, NpgsqlBatch, Versioned<T>?, Versioned<T>, Task> write,
        CancellationToken cancellationToken
    )
        where T : class
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryAsync(key, fingerprint, find, decide, write, cancellationToken);
            }
            catch (PostgresException e) when (attempt < MaxAttempts && e.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                // A concurrent request with the same key, or that created the same resource, has committed first.
            }
        }
    }

    private async Task<KeyedChange<T>> TryAsync<T>(
        string key,
        byte[] fingerprint,
        Func<NpgsqlConnection, Task<Versioned<T>?>> find,
        Func<Versioned<T>?, (T? Value, ProblemHttpResult? Refusal)> decide,
        Func<NpgsqlConnection, NpgsqlBatch, Versioned<T>?, Versioned<T>, Task> write,
        CancellationToken cancellationToken
    )
        where T : class
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await connection.QueryAsync<RecordedRow>(Recorded, [key], cancellationToken) is [var recorded])
        {
            if (!recorded.Fingerprint.AsSpan().SequenceEqual(fingerprint))
                return new KeyedChange<T>(null, null, Refusal: IdempotencyKey.Conflict(key));
            var response = JsonSerializer.Deserialize<Versioned<T>>(recorded.Response, JsonSerializerOptions.Web);
            // An older build recorded its responses in another shape.
            return new KeyedChange<T>(
                null,
                response?.Value is null ? await find(connection) : response,
                Replayed: true
            );
        }

        var before = await find(connection);
        var (value, refusal) = decide(before);
        if (value is null)
            return new KeyedChange<T>(before, null, Refusal: refusal);
        var after =
            before is null ? new Versioned<T>(value, 1)
            : before.Value.Equals(value) ? before
            : new Versioned<T>(value, before.Version + 1);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(Record, key, fingerprint, JsonSerializer.Serialize(after, JsonSerializerOptions.Web));
        await write(connection, batch, before, after);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new KeyedChange<T>(before, after);
    }

    private sealed record RecordedRow(byte[] Fingerprint, string Response);
}
