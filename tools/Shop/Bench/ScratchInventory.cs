using System.Diagnostics;
using System.Globalization;
using DaprShop.Shop.Databases;
using DaprShop.Shop.Networking;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Secrets;
using DaprShop.Shop.Topology;
using Npgsql;

namespace DaprShop.Shop.Bench;

/// <summary>
/// A second Inventory without a sidecar, on the database <c>bench</c> of the shop's own PostgreSQL server.
/// </summary>
internal sealed class ScratchInventory : IAsyncDisposable
{
    private const string EmptySql =
        "drop schema public cascade; create schema public; grant usage on schema public to public";
    private const string ItemsSql = """
        insert into items (sku, name, price, stocked, backorder_limit)
        select sku, sku, 1, true, 0 from unnest($1::text[]) as sku
        """;

    private const string LevelsSql = """
        insert into levels (sku, location, on_hand, allocated, held, unavailable, incoming, short, sequence, hash)
        select sku, 'main', 1000000000, 0, 0, 0, 0, 0, 0, '' from items
        """;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private readonly NpgsqlDataSource _owner;
    private readonly OwnedProcess _process;

    private ScratchInventory(NpgsqlDataSource owner, OwnedProcess process, int port) =>
        (_owner, _process, Port) = (owner, process, port);

    public int Port { get; }

    /// <summary>The CPU time that the process has used so far.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            using var process = Process.GetProcessById(_process.Pid);
            return process.TotalProcessorTime;
        }
    }

    /// <summary>The database, as its owner, for the baseline.</summary>
    public NpgsqlDataSource Database => _owner;

    /// <exception cref="ShopException">It does not start; the message has the end of its log.</exception>
    public static async Task<ScratchInventory> StartAsync(
        ShopFolder shop,
        IEnumerable<string> skus,
        CancellationToken cancel
    )
    {
        var (owner, secrets) = (PrivateFile.Read(shop.Owner), PrivateFile.Read(shop.Secrets));
        if (!owner.TryGetValue("inventory", out var owners) || !secrets.TryGetValue("inventory-db", out var services))
            throw new ShopException("The shop has no databases yet. Create them with `./shop up --detach`.");
        var app = DaprFile.Load(shop).Apps.First(a => a.Id == "inventory");
        var source = NpgsqlDataSource.Create(Scratch(owners));
        await RunAsync(source, EmptySql, cancel);
        await Migrations.MigrateAsync(app, Scratch(owners), cancel);
        await using (var items = source.CreateCommand(ItemsSql))
        {
            items.Parameters.Add(new() { Value = skus.ToArray() });
            await items.ExecuteNonQueryAsync(cancel);
        }

        await RunAsync(source, LevelsSql, cancel);
        var port = FreePort.Take();
        var log = shop.LogOf("bench-inventory");
        var process = OwnedProcess.Start(
            new ProcessSpec("bench-inventory", app.Command[0], [.. app.Command.Skip(1)])
            {
                WorkingDirectory = app.Folder,
                LogFile = log,
                Environment = new Dictionary<string, string>(app.Environment)
                {
                    ["ASPNETCORE_URLS"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"),
                    ["ConnectionStrings__database"] = Scratch(services),
                    ["Jwt__Key"] = secrets["jwt-key"],
                    ["Cache__Store"] = "false",
                    ["Bench__Routes"] = "true",
                    // A port without a listener: this instance must not publish to the shop's sidecars.
                    ["DAPR_HTTP_ENDPOINT"] = "http://127.0.0.1:9",
                    ["DAPR_GRPC_ENDPOINT"] = "http://127.0.0.1:9",
                },
            }
        );
        var scratch = new ScratchInventory(source, process, port);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        if (await Poll.UntilAsync(() => IsLiveAsync(http, cancel), StartTimeout, cancel))
            return scratch;
        await scratch.DisposeAsync();
        throw new ShopException(
            $"The benchmark's Inventory did not start. The end of {log}:{Environment.NewLine}{LogTail.Of(log)}"
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync();
        await _process.DisposeAsync();
        await RunAsync(_owner, EmptySql, CancellationToken.None);
        await _owner.DisposeAsync();
    }

    public static async Task RunAsync(NpgsqlDataSource database, string sql, CancellationToken cancel)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static string Scratch(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString)
        {
            Database = Provisioner.Bench,
            MaxPoolSize = 100,
        }.ConnectionString;

    private static async Task<bool> IsLiveAsync(HttpClient http, CancellationToken cancel)
    {
        try
        {
            return (await http.GetAsync(new Uri("/health/live", UriKind.Relative), cancel)).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
