using Npgsql;

namespace EmbeddedDapr.Hosting;

/// <summary>Statements of a batch with positional parameters.</summary>
internal static class Batches
{
    public static void Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<object> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        batch.BatchCommands.Add(command);
    }
}
