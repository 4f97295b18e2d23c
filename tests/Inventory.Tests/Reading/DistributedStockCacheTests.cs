using System.Diagnostics;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Reading;
using DaprShop.Inventory.Stock;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace DaprShop.Inventory.Tests.Reading;

/// <summary>The store may lie, forget, be silent or be away: readers notice little, and orders nothing.</summary>
public sealed class DistributedStockCacheTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly FakeStateStore _cells = new();
    private InventoryDatabase _database = null!;
    private CachingReplica _replica = null!;

    public static TheoryData<string> Troubles =>
        ["poisoned", "poisoned beyond counting", "poisoned from the future", "garbage", "flushed", "away", "silent"];

    public async ValueTask InitializeAsync()
    {
        _database = await InventoryDatabase.CreateAsync("cup");
        await _database.ReceiveAsync("cup", 10);
        _replica = new CachingReplica(_database, _time, _cells);
    }

    public async ValueTask DisposeAsync()
    {
        await _replica.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task G05_A_hundred_orders_on_ten_units_sell_ten_whatever_has_become_of_the_store(string trouble)
    {
        Trouble(trouble);
        await _replica.ReadAsync("cup");

        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => _database.ReserveAsync(Guid.CreateVersion7(), ("cup", 1)))
        );

        outcomes.Count(o => o.State == ReservationState.Allocated).Should().Be(10);
        _time.Advance(TimeSpan.FromSeconds(1.1));
        (await _replica.ReadAsync("cup")).Should().Be((11, 0, "database"));
    }

    [Fact]
    public async Task A_wrong_value_in_the_store_lasts_a_second_at_most_and_is_not_returned_where_a_version_is_required()
    {
        Trouble("poisoned");
        (await _replica.ReadAsync("cup")).Should().Be((2_000_000_000, 2_000_000, "store"));
        (await _replica.ReadAsync("cup")).Layer.Should().Be("memory");

        (await _replica.ReadAsync("cup", "?minVersion=1")).Should().Be((1, 10, "database"));
        await HealsAsync();
        (await _replica.ReadAsync("cup")).Should().Be((1, 10, "memory"));

        Trouble("poisoned");
        _time.Advance(TimeSpan.FromSeconds(1.1));
        (await _replica.ReadAsync("cup")).Should().Be((1, 10, "database"));
        await HealsAsync();
    }

    [Fact]
    public async Task Whoever_was_overtaken_between_reading_and_storing_does_not_put_the_older_over_the_newer()
    {
        var (slow, quick) = (Store(), Store());
        var before = await slow.GetAsync(["cup"], CancellationToken.None);
        await quick.SaveAsync([Version(6)], (await quick.GetAsync(["cup"], CancellationToken.None))!);

        await slow.SaveAsync([Version(5)], before!);
        (await quick.GetAsync(["cup"], CancellationToken.None))!["cup"].Stock!.Version.Should().Be(6);

        before = await slow.GetAsync(["cup"], CancellationToken.None);
        await quick.SaveAsync([Version(8)], (await quick.GetAsync(["cup"], CancellationToken.None))!);
        await slow.SaveAsync([Version(7)], before!);
        (await quick.GetAsync(["cup"], CancellationToken.None))!["cup"].Stock!.Version.Should().Be(8);
    }

    [Theory]
    [InlineData("away")]
    [InlineData("silent")]
    public async Task A_store_that_does_not_answer_delays_one_read_and_is_retried_later(string trouble)
    {
        Trouble(trouble);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < 4; i++)
        {
            (await _replica.ReadAsync("cup")).Layer.Should().Be("database");
            _time.Advance(TimeSpan.FromSeconds(1.1));
        }

        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(2));
        _cells.Asked.Should().Be(1);
        _time.Advance(TimeSpan.FromSeconds(1));
        await _replica.ReadAsync("cup");
        _cells.Asked.Should().Be(2);
    }

    [Fact]
    public async Task Without_the_database_what_is_cached_is_answered_with_its_age_but_proves_no_version()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=9;Username=nobody");
        var settings = new StockCacheOptions();
        using var memory = new LocalStockCache(settings);
        var tables = new StockQueries(
            nowhere,
            new ReadReplica(null),
            ActivatorUtilities.CreateInstance<CacheMetrics>(services),
            _time,
            NullLogger<StockQueries>.Instance
        );
        var loader = new StockCacheLoader(
            memory,
            Store(),
            tables,
            settings,
            _time,
            NullLogger<StockCacheLoader>.Instance
        );
        memory.Put(Version(3), null);
        _cells.Poison("tray", JsonSerializer.Serialize(Version(4) with { Sku = "tray" }, JsonSerializerOptions.Web));
        _time.Advance(TimeSpan.FromSeconds(30));

        var readings = await loader.LoadAsync([new("cup"), new("tray"), new("plate")], CancellationToken.None);
        readings
            .Select(r => (r.Stock.Version, r.Layer, r.Failure is null))
            .Should()
            .Equal((3, CacheLayer.Memory, true), (4, CacheLayer.Store, true), (0, CacheLayer.Database, false));
        readings[0].Stock.AgeAt(_time.GetUtcNow().ToUnixTimeMilliseconds()).Should().Be(30_000);
        (await loader.LoadAsync([new("tray", 4)], CancellationToken.None))[0].Failure.Should().NotBeNull();
    }

    [Fact]
    public void An_event_applied_while_the_database_is_read_is_not_reverted()
    {
        using var memory = new LocalStockCache(new StockCacheOptions());
        var before = memory.Put(Version(1), null);
        memory.Update(
            new StockLevels(["cup", "cup"], ["main", "attic"], [3, 2], [3, 8], [0, 0], [0, 0], [0, 0], [0, 0]),
            0
        );

        memory
            .Put(Version(2), before)
            .Levels.Select(l => (l.Location, l.Sequence))
            .Should()
            .Equal(("attic", 2), ("main", 3));
        memory.Find("cup")!.Version.Should().Be(5);
    }

    [Fact]
    public void Memory_holds_a_limited_number_of_SKUs_and_what_does_not_exist_gives_way()
    {
        using var memory = new LocalStockCache(new StockCacheOptions { Entries = 100 });
        for (var i = 0; i < 50; i++)
            memory.Put(Version(1) with { Sku = $"known-{i}" }, null);
        for (var i = 0; i < 5_000; i++)
            memory.Put(StockSnapshot.Unknown($"unknown-{i}", 0), null);

        Enumerable
            .Range(0, 5_000)
            .Count(i => memory.Find($"unknown-{i}") is not null)
            .Should()
            .BeLessThanOrEqualTo(100);
        Enumerable.Range(0, 50).Count(i => memory.Find($"known-{i}") is not null).Should().Be(50);
    }

    private void Trouble(string kind)
    {
        switch (kind)
        {
            case "poisoned":
                Poison(1_000_000_000, 1_000_000);
                break;
            case "poisoned beyond counting":
                Poison(long.MaxValue, long.MaxValue);
                break;
            case "poisoned from the future":
                Poison(1_000_000_000, 1_000_000, TimeSpan.FromHours(1));
                break;
            case "garbage":
                _cells.Poison("cup", "{\"sku\":7");
                break;
            case "flushed":
                _cells.Flush();
                break;
            case "away":
                _cells.BeforeEachCall = FakeStateStore.AwayAsync;
                break;
            default:
                _cells.BeforeEachCall = FakeStateStore.SilentAsync;
                break;
        }
    }

    private void Poison(long version, long onHand, TimeSpan ahead = default)
    {
        var level = new LevelSnapshot("main", version, onHand, 0, 0, 0, 0);
        var lie = Version(1) with
        {
            Levels = [level, level with { Location = "other" }],
            ReadAt = (_time.GetUtcNow() + ahead).ToUnixTimeMilliseconds(),
        };
        _cells.Poison("cup", JsonSerializer.Serialize(lie, JsonSerializerOptions.Web));
    }

    private StockSnapshot Version(long version) =>
        new(
            "cup",
            "cup",
            1,
            true,
            [new("main", version, version, 0, 0, 0, 0)],
            _time.GetUtcNow().ToUnixTimeMilliseconds()
        );

    private DistributedStockCache Store() =>
        new(_cells, new StockCacheOptions(), _time, NullLogger<DistributedStockCache>.Instance);

    private Task HealsAsync() =>
        TestKit.Wait.UntilAsync(
            () => Task.FromResult(_cells["cup"]!.Contains("\"sequence\":1,", StringComparison.Ordinal)),
            "the store is corrected"
        );
}
