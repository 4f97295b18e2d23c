using EmbeddedDapr.Workflows.Protocol;
using Npgsql;
using NpgsqlTypes;

namespace EmbeddedDapr.Workflows;

/// <summary>Reads what the journal wrote, and deletes ended workflows.</summary>
internal sealed class Store(string app, NpgsqlDataSource database)
{
    private static readonly string DeleteEnded = Delete(
        "select id from workflow_instances where app = $1 and id = $2 and expires is not null for update"
    );

    private static readonly string DeleteExpired = Delete(
        "select id from workflow_instances where app = $1 and expires < $2 limit 500 for update skip locked"
    );

    /// <summary>All that has not ended, in the order of its making.</summary>
    public async Task<List<Instance>> LoadActiveAsync(CancellationToken cancellationToken)
    {
        var instances = new Dictionary<Guid, Instance>();
        await using (
            var reader = await ReadAsync(
                "select id, execution, state from workflow_instances where app = $1 and expires is null",
                cancellationToken,
                app
            )
        )
        {
            while (await reader.ReadAsync(cancellationToken))
                instances.Add(
                    reader.GetGuid(1),
                    new(
                        reader.GetString(0),
                        reader.GetGuid(1),
                        WorkflowState.Parser.ParseFrom(reader.GetFieldValue<byte[]>(2))
                    )
                );
        }

        await foreach (var (execution, _, bytes) in EventsAsync("workflow_history", cancellationToken))
            instances[execution].Record(HistoryEvent.Parser.ParseFrom(bytes), bytes);
        await foreach (var (execution, seq, bytes) in EventsAsync("workflow_inbox", cancellationToken))
            instances[execution]
                .Accept(new InboxItem(execution, seq, HistoryEvent.Parser.ParseFrom(bytes), Stage.Written));
        return [.. instances.Values];
    }

    /// <summary>The state of an instance that has ended; null when there is none.</summary>
    public async Task<WorkflowState?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var reader = await ReadAsync(
            "select state from workflow_instances where app = $1 and id = $2",
            cancellationToken,
            app,
            id
        );
        return await reader.ReadAsync(cancellationToken)
            ? WorkflowState.Parser.ParseFrom(reader.GetFieldValue<byte[]>(0))
            : null;
    }

    public async Task<List<HistoryEvent>> HistoryAsync(string id, int limit, CancellationToken cancellationToken)
    {
        await using var reader = await ReadAsync(
            """
            select h.event from workflow_instances i join workflow_history h using (execution) where i.app = $1 and i.id = $2 order by h.seq limit $3
            """,
            cancellationToken,
            app,
            id,
            limit
        );
        var events = new List<HistoryEvent>();
        while (await reader.ReadAsync(cancellationToken))
            events.Add(HistoryEvent.Parser.ParseFrom(reader.GetFieldValue<byte[]>(0)));
        return events;
    }

    public async Task<List<string>> ListAsync(string after, int limit, CancellationToken cancellationToken)
    {
        await using var reader = await ReadAsync(
            "select id from workflow_instances where app = $1 and id > $2 order by id limit $3",
            cancellationToken,
            app,
            after,
            limit
        );
        var ids = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetString(0));
        return ids;
    }

    /// <summary>False when it is not there, or has not ended.</summary>
    public async Task<bool> DeleteEndedAsync(string id, CancellationToken cancellationToken) =>
        await DeleteAsync(DeleteEnded, cancellationToken, app, id) > 0;

    public async Task DeleteExpiredAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        while (await DeleteAsync(DeleteExpired, cancellationToken, app, now.UtcDateTime) > 0)
            ;
    }

    private static string Delete(string which) =>
        $"""
            with gone as (delete from workflow_instances where app = $1 and id in ({which}) returning execution),
                 inbox as (delete from workflow_inbox where execution in (select execution from gone)),
                 history as (delete from workflow_history where execution in (select execution from gone))
            select count(*)::int from gone
            """;

    private async Task<int> DeleteAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var reader = await ReadAsync(sql, cancellationToken, values);
        await reader.ReadAsync(cancellationToken);
        return reader.GetInt32(0);
    }

    private async IAsyncEnumerable<(Guid Execution, int Seq, byte[] Event)> EventsAsync(
        string table,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var reader = await ReadAsync(
            $"""
            select e.execution, e.seq, e.event from workflow_instances i join {table} e using (execution)
            where i.app = $1 and i.expires is null order by e.execution, e.seq
            """,
            cancellationToken,
            app
        );
        while (await reader.ReadAsync(cancellationToken))
            yield return (reader.GetGuid(0), reader.GetInt32(1), reader.GetFieldValue<byte[]>(2));
    }

    private async Task<NpgsqlDataReader> ReadAsync(
        string sql,
        CancellationToken cancellationToken,
        params object[] values
    )
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand(sql, connection);
            foreach (var value in values)
                command.Parameters.Add(
                    value is string text
                        ? new() { Value = text, NpgsqlDbType = NpgsqlDbType.Text }
                        : new() { Value = value }
                );
            return await command.ExecuteReaderAsync(System.Data.CommandBehavior.CloseConnection, cancellationToken);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
