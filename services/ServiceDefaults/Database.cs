using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace DaprShop.ServiceDefaults;

/// <summary>A service's own database: EF Core for its model, the data source for hot statements.</summary>
public static class Database
{
    private const int SessionBuffer = 64 * 1024;
    private static readonly TimeSpan MigrationTimeout = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Registers the data source and <typeparamref name="TContext"/>, both as the service's restricted role.
    /// </summary>
    public static IServiceCollection AddShopDatabase<TContext>(
        this IServiceCollection services,
        IConfiguration configuration
    )
        where TContext : DbContext
    {
        var connectionString = configuration[ConfigurationKeys.Database]
            ?? throw new InvalidOperationException($"{ConfigurationKeys.Database} is not configured.");
        var session = new NpgsqlConnectionStringBuilder(connectionString)
        {
            // Nothing is left in a session that would have to be cleared; the clearing was half of all statements.
            NoResetOnClose = true,
            // A group's arrays and rows in one system call each, not in ten.
            ReadBufferSize = SessionBuffer,
            WriteBufferSize = SessionBuffer,
            // A cached plan would be kept from when the tables were empty until they are analyzed, and read whole tables by
            // then. Planning each execution takes 0.03 to 0.4 ms; a batch of the saga has about 15 statements.
            Options = "-c plan_cache_mode=force_custom_plan",
        };
        services.AddSingleton(_ => NpgsqlDataSource.Create(session));
        services.AddDbContextPool<TContext>(
            (provider, options) => options.UseShopNpgsql(provider.GetRequiredService<NpgsqlDataSource>())
        );
        services.AddHealthChecks().AddCheck<DatabaseHealth>("database");
        return services;
    }

    /// <summary>PostgreSQL with snake_case names.</summary>
    public static DbContextOptionsBuilder UseShopNpgsql(
        this DbContextOptionsBuilder options,
        NpgsqlDataSource database
    ) => options.UseNpgsql(database).UseSnakeCaseNamingConvention();

    /// <inheritdoc cref="UseShopNpgsql(DbContextOptionsBuilder, NpgsqlDataSource)"/>
    public static DbContextOptionsBuilder<TContext> UseShopNpgsql<TContext>(
        this DbContextOptionsBuilder<TContext> options,
        NpgsqlDataSource database
    )
        where TContext : DbContext
    {
        ((DbContextOptionsBuilder)options).UseShopNpgsql(database);
        return options;
    }

    /// <summary>
    /// If <paramref name="args"/> say <c>migrate</c>: brings the database up to date as its owner, and answers true.
    /// </summary>
    public static async Task<bool> MigrateAsync<TContext>(
        string[] args,
        Func<DbContextOptions<TContext>, TContext> create
    )
        where TContext : DbContext
    {
        if (args is not ["migrate"])
            return false;
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        await using var database = NpgsqlDataSource.Create(
            configuration[ConfigurationKeys.Owner]
                ?? throw new InvalidOperationException(
                    $"{ConfigurationKeys.Owner} is not configured: set ConnectionStrings__owner."
                )
        );
        await MigrateAsync(database, create);
        return true;
    }

    /// <summary>Brings the database up to date; <paramref name="owner"/> connects as its owner.</summary>
    public static async Task MigrateAsync<TContext>(
        NpgsqlDataSource owner,
        Func<DbContextOptions<TContext>, TContext> create
    )
        where TContext : DbContext
    {
        var options = new DbContextOptionsBuilder<TContext>();
        options.UseShopNpgsql(owner);
        await using var context = create(options.Options);
        context.Database.SetCommandTimeout(MigrationTimeout);
        await context.Database.MigrateAsync();
    }

    private sealed class DatabaseHealth(NpgsqlDataSource database) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(
            HealthCheckContext context,
            CancellationToken cancellationToken = default
        )
        {
            try
            {
                await using var command = database.CreateCommand("select 1");
                await command.ExecuteScalarAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (NpgsqlException e)
            {
                return HealthCheckResult.Unhealthy("The database does not answer.", e);
            }
        }
    }
}
