using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DaprShop.Conformance.App;

/// <summary>The shop's messaging alone: a relayed event log, or a projection that records the applied events.</summary>
internal static class EventLogParts
{
    public static void AddMessaging(this IServiceCollection services, AppSettings settings)
    {
        services
            .AddSingleton(TimeProvider.System)
            .AddShopFailpoints()
            .AddSingleton(_ => NpgsqlDataSource.Create(settings.Database!));
        if (settings.LogOf is { } log)
            services.AddEventRelay(log);
        if (settings.Projects is not { } topic)
            return;
        var producer = Topics.ProducerOf(topic);
        services.AddInvocationClient(producer).AddProjection<Projection>();
        if (settings.Without.Contains("catch-up"))
            services.Remove(services.Single(s => s.ImplementationType?.Name == "InboxReconciler"));
    }

    public static async Task MapMessagingAsync(this WebApplication app, AppSettings settings)
    {
        var database = app.Services.GetRequiredService<NpgsqlDataSource>();
        await using (
            var tables = new EventLogDbContext(
                new DbContextOptionsBuilder<EventLogDbContext>().UseShopNpgsql<EventLogDbContext>(database).Options
            )
        )
            await tables.Database.EnsureCreatedAsync();
        await using (
            var effects = database.CreateCommand("create table if not exists effects (position bigint not null)")
        )
            await effects.ExecuteNonQueryAsync();
        if (settings.Projects is not null)
            app.MapSubscriptions();
        if (settings.LogOf is null)
            return;
        app.MapEventLog(Topics.ProducerOf(settings.LogOf));
        app.MapPost("/append/{count:int}", AppendAsync);
    }

    private static async Task AppendAsync(int count, NpgsqlDataSource database, RelaySignal signal, TimeProvider time)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var batch = new NpgsqlBatch(connection);
        batch.AppendEvents(
            [.. Enumerable.Range(1, count).Select(i => new NewEvent("conformance", "subject", i, new { i }))],
            time.GetUtcNow()
        );
        await batch.ExecuteNonQueryAsync();
        signal.Raise();
    }

    /// <summary>
    /// Inserts a row per event in the transaction of the inbox, so that a repeated effect is visible.
    /// </summary>
    private sealed class Projection(AppSettings settings, Behaviour behaviour) : IProjection
    {
        public string Topic => settings.Projects!;

        public async Task ApplyAsync(
            NpgsqlConnection connection,
            IReadOnlyList<LoggedEvent> events,
            CancellationToken cancellationToken
        )
        {
            await using var batch = new NpgsqlBatch(connection);
            batch.Add(
                "insert into effects (position) select unnest($1::bigint[])",
                [(object)events.Select(e => e.Position).ToArray()]
            );
            await batch.ExecuteNonQueryAsync(cancellationToken);
            if (events.Any(e => behaviour.Retries(e.Position)))
                throw new InvalidOperationException("Poison event.");
        }
    }

    private sealed class EventLogDbContext(DbContextOptions<EventLogDbContext> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.AddEventLog();
            modelBuilder.AddInbox();
        }
    }
}
