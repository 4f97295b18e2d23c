using DaprShop.Orders.Placing;
using DaprShop.ServiceDefaults;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Orders.Tests;

/// <summary>The cache of Inventory's items.</summary>
public sealed class CatalogueTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeServices _fakes = new(units: 0);
    private readonly Catalogue _catalogue;

    public CatalogueTests() => _catalogue = new Catalogue(new ServiceInvoker(_fakes, NoFailpoints.Instance), _time);

    public void Dispose()
    {
        _catalogue.Dispose();
        _fakes.Dispose();
    }

    [Fact]
    public async Task A_price_is_cached_for_five_seconds_and_no_longer()
    {
        await PriceAsync();
        _fakes.Price = 3;
        _time.Advance(Catalogue.MaxAge - TimeSpan.FromTicks(1));
        (await PriceAsync()).Should().Be(2.5m);
        _fakes.LookUps.Should().Be(1);

        _time.Advance(TimeSpan.FromTicks(1));

        (await PriceAsync()).Should().Be(3);
    }

    [Fact]
    public async Task Concurrent_orders_cause_one_lookup()
    {
        var asked = new TaskCompletionSource();
        _fakes.Before = _ => asked.Task;
        var all = Enumerable.Range(0, 50).Select(_ => PriceAsync()).ToList();

        asked.SetResult();

        (await Task.WhenAll(all)).Should().AllBeEquivalentTo(2.5m);
        _fakes.LookUps.Should().Be(1);
    }

    [Fact]
    public async Task A_later_lookup_of_another_item_does_not_extend_the_age_of_the_cached_ones()
    {
        await PriceAsync();
        _time.Advance(TimeSpan.FromSeconds(3));
        (await _catalogue.FindAsync(["tray"], CancellationToken.None)).Should().BeEmpty();
        _fakes.Price = 3;
        _time.Advance(TimeSpan.FromSeconds(2));

        (await PriceAsync()).Should().Be(3);
    }

    [Fact]
    public async Task The_age_of_a_lookup_counts_from_its_request()
    {
        _fakes.Before = _ =>
        {
            _time.Advance(Catalogue.MaxAge);
            return Task.CompletedTask;
        };
        await PriceAsync();
        _fakes.Price = 3;

        (await PriceAsync()).Should().Be(3);
    }

    [Fact]
    public async Task A_sku_longer_than_any_item_is_not_looked_up()
    {
        await PriceAsync();
        (await _catalogue.FindAsync(["cup", new string('<', 65)], CancellationToken.None)).Keys.Should().Equal("cup");
        _fakes.LookUps.Should().Be(1);
    }

    [Fact]
    public async Task Lookups_of_many_items_are_split_into_requests_that_a_sidecar_accepts()
    {
        (
            await _catalogue.FindAsync(
                Enumerable.Range(0, 2 * Catalogue.ChunkSize).Select(i => $"sku-{i}").Append("cup"),
                CancellationToken.None
            )
        )
            .Keys.Should()
            .Equal("cup");
        (_fakes.LookUps, _fakes.MostLookedUp).Should().Be((3, Catalogue.ChunkSize));
    }

    private async Task<decimal> PriceAsync() =>
        (await _catalogue.FindAsync(["cup"], CancellationToken.None))["cup"].Price;
}
