using Google.Protobuf;
using Npgsql;
using NpgsqlTypes;

namespace EmbeddedDapr.Workflows;

/// <summary>Many changes as a few set-based statements, which one message and one commit carry.</summary>
internal sealed class JournalBatch
{
    private const string PutInstances = """
        insert into workflow_instances (app, id, execution, expires, state)
        select $1, id, execution, expires, state from unnest($2, $3, $4, $5) as r (id, execution, expires, state)
        on conflict (app, id) do update set execution = excluded.execution, expires = excluded.expires, state = excluded.state
        """;

    private const string Replace =
        "delete from workflow_history h using workflow_instances i where i.app = $1 and i.id = any($2) and h.execution = i.execution";

    private const string AddHistory =
        "insert into workflow_history (execution, seq, event) select * from unnest($1, $2, $3)";
    private const string AddInbox =
        "insert into workflow_inbox (execution, seq, event) select * from unnest($1, $2, $3)";

    private const string TakeInbox =
        "delete from workflow_inbox i using unnest($1, $2) as r (execution, seq) where i.execution = r.execution and i.seq = r.seq";

    private const string ForgetHistory = "delete from workflow_history where execution = any($1)";
    private const string ForgetInbox = "delete from workflow_inbox where execution = any($1)";

    private readonly List<NpgsqlBatchCommand> _commands = [];

    /// <summary>Under the gate: from here on, a row of the inbox that a turn takes must be deleted.</summary>
    public JournalBatch(string app, List<Change> changes)
    {
        // First, while the rows still name the old executions. What has ended has nothing in the inbox.
        var begun = changes.SelectMany(change => change.Begun).ToArray();
        if (begun.Length > 0)
            Add(
                Replace,
                new NpgsqlParameter<string> { TypedValue = app },
                new NpgsqlParameter<string[]> { TypedValue = begun }
            );

        var instances = new Dictionary<string, InstanceRow>();
        foreach (var row in changes.SelectMany(change => change.Instances))
            instances[row.Id] = row;
        if (instances.Count > 0)
            Put(app, [.. instances.Values]);

        var history = changes.SelectMany(change => change.History).ToArray();
        if (history.Length > 0)
            Add(
                AddHistory,
                Uuids(history.Select(row => row.Execution)),
                Integers(history.Select(row => row.Seq)),
                Bytes(history.Select(row => row.Event))
            );

        var arrived = changes.SelectMany(change => change.Arrived).Where(item => item.Stage == Stage.Queued).ToArray();
        foreach (var item in arrived)
            item.Stage = Stage.Written;
        if (arrived.Length > 0)
            Add(
                AddInbox,
                Uuids(arrived.Select(item => item.Execution)),
                Integers(arrived.Select(item => item.Seq)),
                Bytes(arrived.Select(item => item.Event.ToByteArray()))
            );

        var consumed = changes.SelectMany(change => change.Consumed).ToArray();
        if (consumed.Length > 0)
            Add(TakeInbox, Uuids(consumed.Select(item => item.Execution)), Integers(consumed.Select(item => item.Seq)));

        var forgotten = changes.SelectMany(change => change.Forgotten).ToArray();
        if (forgotten.Length == 0)
            return;
        Add(ForgetHistory, Uuids(forgotten));
        Add(ForgetInbox, Uuids(forgotten));
    }

    /// <param name="isBeat">Ask the server something even when there is nothing to write.</param>
    public async Task WriteAsync(NpgsqlConnection connection, bool isBeat)
    {
        if (isBeat && _commands.Count == 0)
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
            PutInstances,
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
