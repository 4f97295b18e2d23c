using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DaprShop.Messaging.Tests;

/// <summary>A database with the tables of messaging, and one for effects.</summary>
internal sealed class MessagingDatabase : IAsyncDisposable
{
    private MessagingDatabase(string owner, NpgsqlDataSource source) => (Owner, Source) = (owner, source);

    public string Owner { get; }

    public NpgsqlDataSource Source { get; }

    public static async Task<MessagingDatabase> CreateAsync()
    {
        var database = await (await LocalPostgres.SharedAsync()).CreateDatabaseAsync("payments");
        var source = NpgsqlDataSource.Create(database.Owner);
        await using var context = new Context(
            new DbContextOptionsBuilder<Context>().UseShopNpgsql<Context>(source).Options
        );
        await context.Database.EnsureCreatedAsync();
        await Sql.ScalarAsync<object>(database.Owner, "create table effects (ordinal bigserial, position bigint)");
        return new MessagingDatabase(database.Owner, source);
    }

    public async Task AppendAsync(int count, bool commit = true)
    {
        await using var connection = await Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(connection);
        batch.AppendEvents(
            [
                .. Enumerable
                    .Range(1, count)
                    .Select(i => new NewEvent("test", "subject", i, new PaymentRecorded("r", "k", i, null))),
            ],
            TimeProvider.System.GetUtcNow()
        );
        await batch.ExecuteNonQueryAsync();
        if (commit)
            await transaction.CommitAsync();
    }

    public async Task<List<LoggedEvent>> LogAsync()
    {
        await using var connection = await Source.OpenConnectionAsync();
        return await connection.ReadEventsAsync(0, int.MaxValue, CancellationToken.None);
    }

    /// <summary>The positions of the applied events, in the order of their effects.</summary>
    public async Task<List<long>> EffectsAsync()
    {
        return await Source.QueryAsync<long>(
            "select position from effects order by ordinal",
            [],
            CancellationToken.None
        );
    }

    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    private sealed class Context(DbContextOptions<Context> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.AddEventLog();
            modelBuilder.AddInbox();
        }
    }
}
