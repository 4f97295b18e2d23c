using DaprShop.Orders.Placing;
using DaprShop.ServiceDefaults;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Orders.Tests;

/// <summary>What Orders believes of prices, and for how long.</summary>
public sealed class CatalogueTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeHouse _house = new(units: 0);
    private readonly Catalogue _catalogue;

    public CatalogueTests() => _catalogue = new Catalogue(new ServiceInvoker(_house, NoFailpoints.Instance), _time);

    public void Dispose()
    {
        _catalogue.Dispose();
        _house.Dispose();
    }

    [Fact]
    public async Task A_price_is_believed_for_five_seconds_and_not_a_moment_longer()
    {
        await PriceAsync();
        _house.Price = 3;
        _time.Advance(Catalogue.MaxAge - TimeSpan.FromTicks(1));
        (await PriceAsync()).Should().Be(2.5m);
        _house.LookUps.Should().Be(1);

        _time.Advance(TimeSpan.FromTicks(1));

        (await PriceAsync()).Should().Be(3);
    }

    [Fact]
    public async Task Any_number_of_orders_at_once_ask_Inventory_once()
    {
        var asked = new TaskCompletionSource();
        _house.Before = _ => asked.Task;
        var all = Enumerable.Range(0, 50).Select(_ => PriceAsync()).ToList();

        asked.SetResult();

        (await Task.WhenAll(all)).Should().AllBeEquivalentTo(2.5m);
        _house.LookUps.Should().Be(1);
    }

    [Fact]
    public async Task An_item_that_is_asked_for_later_does_not_make_the_others_younger()
    {
        await PriceAsync();
        _time.Advance(TimeSpan.FromSeconds(3));
        (await _catalogue.FindAsync(["tray"], CancellationToken.None)).Should().BeEmpty();
        _house.Price = 3;
        _time.Advance(TimeSpan.FromSeconds(2));

        (await PriceAsync()).Should().Be(3);
    }

    [Fact]
    public async Task An_answer_is_as_old_as_its_question()
    {
        _house.Before = _ =>
        {
            _time.Advance(Catalogue.MaxAge);
            return Task.CompletedTask;
        };
        await PriceAsync();
        _house.Price = 3;

        (await PriceAsync()).Should().Be(3);
    }

    [Fact]
    public async Task A_sku_that_is_too_long_for_an_item_is_not_asked_for()
    {
        await PriceAsync();
        (await _catalogue.FindAsync(["cup", new string('<', 65)], CancellationToken.None)).Keys.Should().Equal("cup");
        _house.LookUps.Should().Be(1);
    }

    [Fact]
    public async Task However_many_items_are_asked_for_no_question_is_longer_than_a_sidecar_passes_on()
    {
        (
            await _catalogue.FindAsync(
                Enumerable.Range(0, 2 * Catalogue.ChunkSize).Select(i => $"sku-{i}").Append("cup"),
                CancellationToken.None
            )
        )
            .Keys.Should()
            .Equal("cup");
        (_house.LookUps, _house.MostLookedUp).Should().Be((3, Catalogue.ChunkSize));
    }

    private async Task<decimal> PriceAsync() =>
        (await _catalogue.FindAsync(["cup"], CancellationToken.None))["cup"].Price;
}
