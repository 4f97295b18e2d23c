using EmbeddedDapr.Hosting;
using EmbeddedDapr.Workflows.Protocol;
using Npgsql;
using NpgsqlTypes;

namespace EmbeddedDapr.Workflows;

/// <summary>Reads the rows that the journal wrote, and deletes ended instances.</summary>
internal sealed class WorkflowStore(string app, NpgsqlDataSource database)
{
    private static readonly string DeleteEnded = Delete(
        "select id from workflow_instances where app = $1 and id = $2 and expires is not null for update"
    );

    private static readonly string DeleteExpired = Delete(
        "select id from workflow_instances where app = $1 and expires < $2 limit 500 for update skip locked"
    );

    /// <summary>Loads all instances that have not ended, with their histories and inboxes.</summary>
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
            await foreach (var row in reader.StreamRowsAsync<ActiveRow>(cancellationToken))
                instances.Add(row.Execution, new(row.Id, row.Execution, WorkflowState.Parser.ParseFrom(row.State)));
        }

        await foreach (var row in EventsAsync("workflow_history", cancellationToken))
            instances[row.Execution].Record(HistoryEvent.Parser.ParseFrom(row.Event), row.Event);
        await foreach (var row in EventsAsync("workflow_inbox", cancellationToken))
            instances[row.Execution]
                .Accept(
                    new InboxItem(row.Execution, row.Seq, HistoryEvent.Parser.ParseFrom(row.Event), InboxStage.Written)
                );
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
        return await reader.ReadRowsAsync<StateRow>(cancellationToken) is [var row]
            ? WorkflowState.Parser.ParseFrom(row.State)
            : null;
    }

    public async Task<List<HistoryEvent>> HistoryAsync(string id, int limit, CancellationToken cancellationToken)
    {
        await using var reader = await ReadAsync(
            """
            select h.event from workflow_instances i join workflow_history h using (execution)
            where i.app = $1 and i.id = $2 order by h.seq limit $3
            """,
            cancellationToken,
            app,
            id,
            limit
        );
        return (await reader.ReadRowsAsync<HistoryEventRow>(cancellationToken)).ConvertAll(row =>
            HistoryEvent.Parser.ParseFrom(row.Event)
        );
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
        return (await reader.ReadRowsAsync<IdRow>(cancellationToken)).ConvertAll(row => row.Id);
    }

    /// <summary>Deletes an ended instance. Returns false when it does not exist, or has not ended.</summary>
    public async Task<bool> DeleteEndedAsync(string id, CancellationToken cancellationToken) =>
        await DeleteAsync(DeleteEnded, cancellationToken, app, id) > 0;

    public async Task DeleteExpiredAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        while (await DeleteAsync(DeleteExpired, cancellationToken, app, now.UtcDateTime) > 0)
            ;
    }

    private static string Delete(string condition) =>
        $"""
            with deleted as (delete from workflow_instances where app = $1 and id in ({condition}) returning execution),
                 inbox as (delete from workflow_inbox where execution in (select execution from deleted)),
                 history as (delete from workflow_history where execution in (select execution from deleted))
            select count(*)::int from deleted
            """;

    private async Task<int> DeleteAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var reader = await ReadAsync(sql, cancellationToken, values);
        return (await reader.ReadRowsAsync<int>(cancellationToken)).Single();
    }

    private async IAsyncEnumerable<HistoryRow> EventsAsync(
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
        await foreach (var row in reader.StreamRowsAsync<HistoryRow>(cancellationToken))
            yield return row;
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

    private sealed record ActiveRow(string Id, Guid Execution, byte[] State);

    private sealed record StateRow(byte[] State);

    private sealed record HistoryEventRow(byte[] Event);

    private sealed record IdRow(string Id);
}
