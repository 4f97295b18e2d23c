using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Inventory.Tests.Reading;

/// <summary>Which layer answers readers of stock, and how new its answer is.</summary>
public sealed class StockCacheTests : IAsyncLifetime
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly FakeStateStore _cells = new();
    private readonly List<IAsyncDisposable> _opened = [];
    private InventoryDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await InventoryDatabase.CreateAsync("cup");
        await _database.ReceiveAsync("cup", 10);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var opened in _opened)
            await opened.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task G02_Layer_age_and_version_are_named_and_the_answer_is_the_same_without_any_cache()
    {
        var (one, other) = (Replica(), Replica());
        var cold = await one.GetAsync("cup");
        await IsStoredAsync("cup");
        _time.Advance(TimeSpan.FromMilliseconds(300));
        var warm = await one.GetAsync("cup");
        var shared = await other.GetAsync("cup");
        var without = await Replica(("Cache:Memory", "false"), ("Cache:Store", "false")).GetAsync("cup");

        (cold.Layer, warm.Layer, shared.Layer, without.Layer).Should().Be(("database", "memory", "store", "database"));
        (cold.AgeMs, warm.AgeMs, shared.AgeMs, without.AgeMs).Should().Be((0, 300, 300, 0));
        new[] { cold.Stock, warm.Stock, shared.Stock }.Should().AllBe(without.Stock);
        without
            .Stock.Should()
            .Be(
                """
                {"sku":"cup","name":"cup","price":1.0000,"stocked":true,"version":1,
                "total":{"onHand":10,"unavailable":0,"allocated":0,"held":0,"incoming":0,"available":10,"short":0},
                "locations":[{"location":"main","sold":true,"version":1,"quantities":{"onHand":10,"unavailable":0,"allocated":0,"held":0,"incoming":0,"available":10,"short":0}}]}
                """.ReplaceLineEndings("")
            );
    }

    [Fact]
    public async Task A_page_of_named_SKUs_says_of_each_how_new_it_is()
    {
        var replica = Replica();
        await replica.GetAsync("cup");
        await Sql.ScalarAsync<object>(_database.Names.App, "insert into items values ('tray', 'Tray', 2.5, true, 0)");

        var page = await replica.Client.GetFromJsonAsync<JsonElement>(
            "stock?sku=tray&sku=cup&sku=unheard-of&sku=cup",
            TestContext.Current.CancellationToken
        );
        var all = await replica.Client.GetFromJsonAsync<JsonElement>(
            "stock?limit=1",
            TestContext.Current.CancellationToken
        );

        ToResponse(page).Should().Equal(("cup", "memory"), ("tray", "database"));
        ToResponse(all).Should().Equal(("cup", "database"));
        (page.GetProperty("cursor").GetString(), all.GetProperty("cursor").GetString()).Should().Be((null, "cup"));

        static IEnumerable<(string?, string?)> ToResponse(JsonElement page) =>
            page.GetProperty("items")
                .EnumerateArray()
                .Select(i =>
                    (i.GetProperty("sku").GetString(), i.GetProperty("freshness").GetProperty("layer").GetString())
                );
    }

    [Fact]
    public async Task G03_A_thousand_parallel_cold_reads_of_one_SKU_ask_the_database_once()
    {
        // Without the store, which would take the later ones off the database's hands.
        var replica = Replica(("Cache:Store", "false"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => replica.ReadAsync("cup")));

        answers.Should().OnlyContain(a => a.Version == 1 && a.Available == 10);
        replica.DatabaseReads.Should().Be(1);
    }

    [Fact]
    public async Task Nothing_older_than_a_second_is_answered_while_the_database_can_be_asked()
    {
        var replica = Replica();
        await replica.ReadAsync("cup");
        await _database.ReceiveAsync("cup", 5);

        _time.Advance(MaxAge);
        (await replica.ReadAsync("cup")).Should().Be((1, 10, "memory"));
        _time.Advance(TimeSpan.FromMilliseconds(1));

        (await replica.ReadAsync("cup")).Should().Be((2, 15, "database"));
    }

    [Fact]
    public async Task N5_A_demanded_version_is_answered_by_whatever_layer_has_it_or_refused_with_the_version_that_there_is()
    {
        var replica = Replica();
        await replica.ReadAsync("cup");
        await _database.ReceiveAsync("cup", 5);

        (await replica.ReadAsync("cup", "?minVersion=1")).Layer.Should().Be("memory");
        (await replica.ReadAsync("cup", "?minVersion=2")).Should().Be((2, 15, "database"));
        (await replica.ReadAsync("cup", "?minVersion=2&location=main")).Layer.Should().Be("memory");
        await IsProblemAsync(replica, "cup?minVersion=3", 412, "version-not-reached", 2);
        await IsProblemAsync(replica, "cup?minVersion=1&location=nowhere", 412, "version-not-reached", 0);
        await IsProblemAsync(replica, "cup?minVersion=-1", 422, "invalid", null);
        await IsProblemAsync(replica, "cup?minVersion=new", 400, "invalid-parameter", null);
    }

    [Fact]
    public async Task An_event_updates_the_local_cache_in_place_and_an_old_event_reverts_nothing()
    {
        var replica = Replica();
        await replica.ReadAsync("cup");
        await _database.ReserveAsync(Guid.CreateVersion7(), ("cup", 4));
        await _database.ReceiveAsync("cup", 1);

        await replica.HearAsync(after: 1);
        (await replica.ReadAsync("cup")).Should().Be((3, 7, "memory"));
        await replica.HearAsync(after: 0, count: 1);
        (await replica.ReadAsync("cup")).Should().Be((3, 7, "memory"));
        replica.DatabaseReads.Should().Be(1);
    }

    [Fact]
    public async Task An_item_that_does_not_exist_is_forgotten_within_a_second_and_at_once_where_it_is_created()
    {
        var (one, other) = (Replica(), Replica());
        foreach (var replica in new[] { one, other })
            await IsProblemAsync(replica, "tray", 404, "not-found", null);
        await IsProblemAsync(one, "tray", 404, "not-found", null);
        one.DatabaseReads.Should().Be(1);

        using var created = new HttpRequestMessage(HttpMethod.Put, "items/tray")
        {
            Content = JsonContent.Create(new { name = "Tray", price = 1 }),
            Headers = { { "Idempotency-Key", "tray" } },
        };
        (await one.Client.SendAsync(created, TestContext.Current.CancellationToken))
            .StatusCode.Should()
            .Be(HttpStatusCode.OK);

        (await one.ReadAsync("tray")).Version.Should().Be(0);
        _time.Advance(MaxAge + TimeSpan.FromMilliseconds(1));
        (await other.ReadAsync("tray")).Version.Should().Be(0);
    }

    [Fact]
    public async Task A_lagging_copy_of_the_database_answers_only_what_is_no_step_back()
    {
        await using var copy = await InventoryDatabase.CreateAsync("cup");
        await copy.ReceiveAsync("cup", 10);
        var replica = Replica(("ConnectionStrings:replica", copy.Names.App), ("Cache:Store", "false"));
        await Sql.ScalarAsync<object>(copy.Names.App, "update items set name = 'copied'");
        (await replica.GetAsync("cup")).Stock.Should().Contain("copied");

        await _database.ReceiveAsync("cup", 5);
        (await replica.ReadAsync("cup", "?minVersion=2")).Should().Be((2, 15, "database"));
        _time.Advance(MaxAge + TimeSpan.FromMilliseconds(1));

        (await replica.ReadAsync("cup")).Should().Be((2, 15, "database"));
    }

    private CachingReplica Replica(params (string, string)[] settings)
    {
        var replica = new CachingReplica(_database, _time, _cells, settings);
        _opened.Add(replica);
        return replica;
    }

    private Task IsStoredAsync(string sku) =>
        Wait.UntilAsync(() => Task.FromResult(_cells[sku] is not null), $"{sku} is in the store");

    private static async Task IsProblemAsync(
        CachingReplica replica,
        string path,
        int status,
        string kind,
        long? version
    )
    {
        using var answer = await replica.Client.GetAsync(new Uri($"stock/{path}", UriKind.Relative));
        ((int)answer.StatusCode).Should().Be(status);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("type").GetString().Should().EndWith($":{kind}");
        if (version is not null)
            problem.GetProperty("version").GetInt64().Should().Be(version);
    }
}
