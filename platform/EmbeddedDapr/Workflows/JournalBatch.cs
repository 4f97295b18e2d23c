using Google.Protobuf;
using Npgsql;
using NpgsqlTypes;

namespace EmbeddedDapr.Workflows;

/// <summary>Writes many entries with a few set-based statements, in one round trip and one commit.</summary>
internal sealed class JournalBatch
{
    private const string UpsertInstances = """
        insert into workflow_instances (app, id, execution, expires, state)
        select $1, id, execution, expires, state from unnest($2, $3, $4, $5) as r (id, execution, expires, state)
        on conflict (app, id)
        do update set execution = excluded.execution, expires = excluded.expires, state = excluded.state
        """;

    private const string DeleteReplaced = """
        delete from workflow_history h using workflow_instances i
        where i.app = $1 and i.id = any($2) and h.execution = i.execution
        """;

    private const string InsertHistory =
        "insert into workflow_history (execution, seq, event) select * from unnest($1, $2, $3)";
    private const string InsertInbox =
        "insert into workflow_inbox (execution, seq, event) select * from unnest($1, $2, $3)";

    private const string DeleteConsumed = """
        delete from workflow_inbox i using unnest($1, $2) as r (execution, seq)
        where i.execution = r.execution and i.seq = r.seq
        """;

    private const string DeleteHistory = "delete from workflow_history where execution = any($1)";
    private const string DeleteInbox = "delete from workflow_inbox where execution = any($1)";

    private readonly List<NpgsqlBatchCommand> _commands = [];

    /// <summary>Call under the gate: inbox items become written, so that consuming them deletes their rows.</summary>
    public JournalBatch(string app, List<JournalEntry> entries)
    {
        // First, while the rows still have the old execution ids. An ended instance has no inbox rows.
        var begun = entries.SelectMany(entry => entry.Begun).ToArray();
        if (begun.Length > 0)
            Add(
                DeleteReplaced,
                new NpgsqlParameter<string> { TypedValue = app },
                new NpgsqlParameter<string[]> { TypedValue = begun }
            );

        var instances = new Dictionary<string, InstanceRow>();
        foreach (var row in entries.SelectMany(entry => entry.Instances))
            instances[row.Id] = row;
        if (instances.Count > 0)
            Put(app, [.. instances.Values]);

        var history = entries.SelectMany(entry => entry.History).ToArray();
        if (history.Length > 0)
            Add(
                InsertHistory,
                Uuids(history.Select(row => row.Execution)),
                Integers(history.Select(row => row.Seq)),
                Bytes(history.Select(row => row.Event))
            );

        var arrived = entries
            .SelectMany(entry => entry.Received)
            .Where(item => item.Stage == InboxStage.Queued)
            .ToArray();
        foreach (var item in arrived)
            item.Stage = InboxStage.Written;
        if (arrived.Length > 0)
            Add(
                InsertInbox,
                Uuids(arrived.Select(item => item.Execution)),
                Integers(arrived.Select(item => item.Seq)),
                Bytes(arrived.Select(item => item.Event.ToByteArray()))
            );

        var consumed = entries.SelectMany(entry => entry.Consumed).ToArray();
        if (consumed.Length > 0)
            Add(
                DeleteConsumed,
                Uuids(consumed.Select(item => item.Execution)),
                Integers(consumed.Select(item => item.Seq))
            );

        var forgotten = entries.SelectMany(entry => entry.Deleted).ToArray();
        if (forgotten.Length == 0)
            return;
        Add(DeleteHistory, Uuids(forgotten));
        Add(DeleteInbox, Uuids(forgotten));
    }

    /// <param name="isHeartbeat">Send a query even when there is nothing to write.</param>
    public async Task WriteAsync(NpgsqlConnection connection, bool isHeartbeat)
    {
        if (isHeartbeat && _commands.Count == 0)
            Add("select 1");
        if (_commands.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection);
        foreach (var command in _commands)
            batch.BatchCommands.Add(command);
        await batch.PrepareAsync(CancellationToken.None);
        await batch.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private void Put(string app, InstanceRow[] rows) =>
        Add(
            UpsertInstances,
            new NpgsqlParameter<string> { TypedValue = app },
            new NpgsqlParameter<string[]> { TypedValue = [.. rows.Select(row => row.Id)] },
            Uuids(rows.Select(row => row.Execution)),
            new NpgsqlParameter
            {
                Value = rows.Select(row => row.Expires?.UtcDateTime).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
            },
            Bytes(rows.Select(row => row.State.ToByteArray()))
        );

    private void Add(string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.AddRange(parameters);
        _commands.Add(command);
    }

    private static NpgsqlParameter<Guid[]> Uuids(IEnumerable<Guid> values) => new() { TypedValue = [.. values] };

    private static NpgsqlParameter<int[]> Integers(IEnumerable<int> values) => new() { TypedValue = [.. values] };

    private static NpgsqlParameter<byte[][]> Bytes(IEnumerable<byte[]> values) => new() { TypedValue = [.. values] };
}
