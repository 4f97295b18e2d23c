using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using DaprShop.Conformance.Runtime;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Secrets;
using DaprShop.TestKit;

namespace DaprShop.Conformance.Rows;

/// <summary>Two replicas of Inventory itself, over each broker and store.</summary>
public sealed class StockReplicas(Servers servers) : Row(servers)
{
    private const int Writes = 100;

    // Reads without a pause would take the processors from the delivery of the broadcast.
    private static readonly TimeSpan BetweenReads = TimeSpan.FromMilliseconds(5);
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);
    private static readonly string Program = Built.At("Inventory", "DaprShop.Inventory.dll");
    private readonly List<HttpClient> _clients = [];

    [Theory]
    [MemberData(nameof(Columns.Pairs), MemberType = typeof(Columns))]
    public async Task G04_A_write_of_one_replica_is_read_at_another_within_a_second_because_of_the_broadcast(
        string pair
    )
    {
        // Cache entries stay valid for minutes: only the broadcast can renew them.
        await using var stage = await OpenAsync(Column.OfPair(pair), ("Cache__MaxAge", "00:10:00"));
        var (one, other) = (_clients[0], _clients[1]);
        var lastVersion = 0L;
        await Wait.UntilAsync(
            async () =>
            {
                var first = await WriteAsync(one, "cup");
                return await Wait.HoldsWithinAsync(
                    async () => (lastVersion = (await ReadAsync(other, "cup")).Version) >= first,
                    TimeSpan.FromSeconds(2)
                );
            },
            "the other replica receives the broadcast",
            stage.Logs
        );

        var delays = new List<double>();
        for (var i = 0; i < Writes; i++)
        {
            var version = await WriteAsync(one, "cup");
            var written = Stopwatch.GetTimestamp();
            var isReceived = await Poll.UntilAsync(
                async () =>
                {
                    var read = await ReadAsync(other, "cup");
                    (read.Version, read.Layer)
                        .Should()
                        .Be(
                            (Math.Max(lastVersion, read.Version), "memory"),
                            "no response is older than the one before"
                        );
                    return (lastVersion = read.Version) >= version;
                },
                BetweenReads,
                TimeSpan.FromSeconds(20),
                CancellationToken.None
            );
            isReceived.Should().BeTrue("the broadcast must arrive");
            delays.Add(Stopwatch.GetElapsedTime(written).TotalMilliseconds);
        }

        delays.Sort();
        Observe("ms median", delays[Writes / 2]);
        Observe("ms p99", delays[Writes * 99 / 100 - 1]);
        delays[Writes * 99 / 100 - 1].Should().BeLessThan(1_000);
    }

    [Theory]
    [MemberData(nameof(Columns.Pairs), MemberType = typeof(Columns))]
    public async Task N5_A_read_that_demands_a_version_gets_it_from_any_replica_and_the_store_serves_both(string pair)
    {
        await using var stage = await OpenAsync(Column.OfPair(pair));
        await WriteAsync(_clients[0], "tray");
        (await ReadAsync(_clients[0], "tray")).Layer.Should().Be("database");
        await Wait.UntilAsync(
            async () =>
            {
                // A store that was slow the first time is skipped for some seconds; a later read writes the entry.
                await ReadAsync(_clients[0], "tray");
                return (await stage.Nodes[1].Client.GetStateAsync<JsonElement?>("cache", "stock/tray")) is not null;
            },
            "the store has it",
            stage.Logs
        );
        await Wait.UntilAsync(
            async () =>
            {
                // An entry older than a second is ignored: then both replicas are read again.
                if ((await ReadAsync(_clients[1], "tray")).Layer == "store")
                    return true;
                await Task.Delay(TimeSpan.FromSeconds(1.1));
                await ReadAsync(_clients[0], "tray");
                return false;
            },
            "the store serves the read",
            stage.Logs
        );

        var ages = new List<long>();
        for (var i = 0; i < 2 * Writes; i++)
        {
            var version = await WriteAsync(_clients[i % 2], "cup");
            (await ReadAsync(_clients[(i + 1) % 2], $"cup?minVersion={version}")).Version.Should().Be(version);
            ages.Add((await ReadAsync(_clients[i % 2], "cup")).AgeMs);
        }

        ages.Max().Should().BeLessThanOrEqualTo(1_100, "the bound is one second plus the response time");
        foreach (var (upTo, count) in Histogram(ages))
            Observe($"responses up to {upTo} ms old", count);
    }

    private static IEnumerable<(int UpTo, int Count)> Histogram(List<long> ages) =>
        new[] { 1, 5, 20, 100, 1_100 }.Select(upTo => (upTo, ages.Count(age => age <= upTo)));

    public override async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            client.Dispose();
        await base.DisposeAsync();
    }

    private async Task<Stage> OpenAsync(Column column, params (string Name, string Value)[] settings)
    {
        await Requirements.RequireAsync(column);
        var database = await (await LocalPostgres.SharedAsync()).CreateDatabaseAsync("inventory");
        using (
            var migration = Process.Start(
                new ProcessStartInfo("dotnet", [Program, "migrate"])
                {
                    Environment = { ["ConnectionStrings__owner"] = database.Owner },
                }
            )!
        )
        {
            await migration.WaitForExitAsync();
            migration.ExitCode.Should().Be(0);
        }

        var environment = settings.ToDictionary(s => s.Name, s => s.Value);
        environment["ConnectionStrings__database"] = database.App;
        environment["Jwt__Key"] = Convert.ToBase64String(Key);
        var spec = new NodeSpec("inventory") { Program = (Program, "health/live"), Environment = environment };
        var stage = await base.OpenAsync(column, spec, spec);
        var token = Jwt.Create(Key, "olga", "operator", TimeProvider.System.GetUtcNow(), TimeSpan.FromHours(1));
        foreach (var node in stage.Nodes)
        {
            await node.StartAsync();
            _clients.Add(
                new HttpClient
                {
                    BaseAddress = new Uri($"http://127.0.0.1:{node.AppPort}/"),
                    DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
                }
            );
        }

        foreach (var sku in new[] { "cup", "tray" })
            (await SendAsync(_clients[0], HttpMethod.Put, $"items/{sku}", new { name = sku, price = 1 })).Dispose();
        return stage;
    }

    /// <summary>Receives one unit, and returns the version after it.</summary>
    private static async Task<long> WriteAsync(HttpClient replica, string sku)
    {
        using var answer = await SendAsync(
            replica,
            HttpMethod.Post,
            $"stock/{sku}/receipts",
            new { quantity = 1, reason = "test" }
        );
        return (await answer.Content.ReadFromJsonAsync<JsonElement>())
            .GetProperty("levels")[0]
            .GetProperty("sequence")
            .GetInt64();
    }

    private static async Task<(long Version, string Layer, long AgeMs)> ReadAsync(HttpClient replica, string path)
    {
        var answer = await replica.GetFromJsonAsync<JsonElement>($"stock/{path}");
        var freshness = answer.GetProperty("freshness");
        return (
            answer.GetProperty("version").GetInt64(),
            freshness.GetProperty("layer").GetString()!,
            freshness.GetProperty("ageMs").GetInt64()
        );
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient replica,
        HttpMethod method,
        string path,
        object body
    )
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = JsonContent.Create(body),
            Headers = { { "Idempotency-Key", Guid.CreateVersion7().ToString() } },
        };
        return (await replica.SendAsync(request)).EnsureSuccessStatusCode();
    }
}
