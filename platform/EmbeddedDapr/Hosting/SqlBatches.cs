using Npgsql;

namespace EmbeddedDapr.Hosting;

/// <summary>Adds statements with positional parameters to a batch.</summary>
internal static class SqlBatches
{
    public static void Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<object> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        batch.BatchCommands.Add(command);
    }
}
