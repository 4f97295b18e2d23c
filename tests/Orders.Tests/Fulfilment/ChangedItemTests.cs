using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>Orders whose item is changed to a service, or from one, after they were accepted.</summary>
public sealed class ChangedItemTests(OrdersFixture fixture) : FulfilmentScene(fixture)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_an_order_owes_is_decided_once_whatever_its_item_is_when_it_is_shipped_or_returned(
        bool stocked
    )
    {
        await BecomesAsync(stocked);
        var id = await ConfirmedAsync(quantity: 3);
        await BecomesAsync(!stocked);

        var shipment = await ShippedAsync(id, null);
        Fixture.Fakes.Shipped.ContainsKey($"shipment:{shipment}").Should().Be(stocked, "only units leave the shelf");
        var requested = await (await ReturnAsync(id, 2)).Content.ReadFromJsonAsync<JsonElement>();
        var back = requested.GetProperty("id").GetGuid();
        await Olga.PostAsJsonAsync($"returns/{back}/decision", new { lines = new[] { Line(2, "restock") } });
        await Wait.UntilAsync(
            async () => (await GetAsync($"orders/{id}/returns"))[0].GetProperty("state").GetString() == "settled",
            "the return is settled"
        );
        Fixture.Fakes.TakenBack.ContainsKey($"return:{back}").Should().Be(stocked, "what never left cannot come back");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_order_asks_for_the_units_that_it_was_accepted_with_whatever_its_item_is_at_the_reservation(
        bool stocked
    )
    {
        await BecomesAsync(stocked);
        var id = await ConfirmedAsync(quantity: 1);
        var asked = Fixture.Fakes.Reserved[id];

        (asked.LinesAreOwed, asked.Lines.Count).Should().Be((true, stocked ? 1 : 0));
    }

    /// <summary>Changes the cup, and waits until new orders are accepted with it as it is now.</summary>
    private async Task BecomesAsync(bool stocked)
    {
        Fixture.Fakes.Stocked = stocked;
        var before = Fixture.Fakes.LookUps;
        await Wait.UntilAsync(
            async () =>
            {
                await ConfirmedAsync(quantity: 1);
                return Fixture.Fakes.LookUps > before;
            },
            "Orders has looked the cup up again"
        );
    }
}
