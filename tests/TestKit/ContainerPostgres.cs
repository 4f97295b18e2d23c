using DaprShop.Shop;
using DaprShop.Shop.Docker;
using Docker.DotNet;
using DotNet.Testcontainers.Builders;
using Npgsql;
using Testcontainers.PostgreSql;

namespace DaprShop.TestKit;

/// <summary>
/// PostgreSQL from the image of <c>compose.yaml</c>, in a container that Testcontainers keeps and removes.
/// </summary>
internal sealed class ContainerPostgres(PostgreSqlContainer container) : IPostgres
{
    private const string Way = "SHOP_POSTGRES_FROM";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public string Admin { get; } =
        new NpgsqlConnectionStringBuilder(container.GetConnectionString())
        {
            Database = "postgres",
            Pooling = false,
        }.ConnectionString;

    public int? Pid => null;

    /// <summary>
    /// Null where Docker does not answer or has not the image, or the programs of this machine are asked for. What is
    /// taken, and why, is said once.
    /// </summary>
    public static async Task<IPostgres?> TryStartAsync()
    {
        var shop = ShopFolder.Find();
        if (Environment.GetEnvironmentVariable(Way) is { Length: > 0 } way and not "docker")
            return Otherwise($"{Way}={way}");
        if (await DockerEngine.UnavailableReasonAsync(shop, CancellationToken.None) is { } obstacle)
            return Otherwise(obstacle);
        var image = ComposeService.Load(shop, "postgres");
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var container = new PostgreSqlBuilder(image.Image).WithCommand([.. image.Command.Skip(1)]).Build();
            await container.StartAsync(patience.Token);
            Console.WriteLine($"postgres: {image.Image} in Docker, by Testcontainers");
            return new ContainerPostgres(container);
        }
        catch (Exception problem)
            when (problem
                    is DockerApiException
                        or DockerUnavailableException
                        or InvalidOperationException
                        or TimeoutException
                        or OperationCanceledException
            )
        {
            return Otherwise($"Docker cannot run {image.Image}: {problem.Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await container.DisposeAsync();
    }

    public void EndAtOnce() => DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(10));

    private static IPostgres? Otherwise(string why)
    {
        Console.WriteLine($"postgres: programs of this machine ({why})");
        return null;
    }
}
