using System.Net;
using DaprShop.Contracts;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>Shipments of orders whose money is authorised: it is captured before the units leave.</summary>
public sealed class AuthorisedShipmentTests(OrdersFixture fixture) : FulfilmentScene(fixture)
{
    [Fact]
    public async Task An_order_whose_payment_is_authorised_is_confirmed_and_says_so()
    {
        var id = await AuthorisedAsync((1, 2.5m));

        (await Fixture.Database.StatusAsync(id)).Should().Be("confirmed");
        (
            await Sql.ScalarAsync<string>(
                Fixture.Database.Names.App,
                $"select data->>'reason' from events where subject = '{id}' and data->>'to' = 'paid'"
            )
        )
            .Should()
            .Be("payment authorised: it is captured when the units are shipped");
    }

    [Fact]
    public async Task Each_shipment_captures_up_to_the_price_of_all_that_has_left_and_the_last_one_says_so()
    {
        var id = await AuthorisedAsync((2, 2.5m), (1, 3.335m));

        var first = await ShippedAsync(id, 1);
        var last = await ShippedAsync(id, null);

        Captures(id)
            .Should()
            .Equal(new CaptureRequest(first, id, 2.5m, false), new CaptureRequest(last, id, 8.335m, true));
    }

    [Fact]
    public async Task Nothing_is_captured_for_the_shipments_of_an_order_that_was_captured_at_once()
    {
        var id = await ConfirmedAsync(quantity: 1);

        await ShippedAsync(id, null);

        Captures(id).Should().BeEmpty();
    }

    [Theory]
    [InlineData(false, "capture_failed")]
    [InlineData(true, "lapsed")]
    public async Task A_shipment_whose_money_cannot_be_captured_stays_here_is_told_and_can_be_tried_again(
        bool isLapsed,
        string state
    )
    {
        var id = await AuthorisedAsync((2, 2.5m));
        Fixture.Fakes.Capture = new(CaptureState.Refused, "No money.", isLapsed);

        var problem = await IsRefusedAsync(await ShipAsync(id, null), "not-shipped");

        problem.GetProperty("detail").GetString().Should().Be("The money for it could not be captured: No money.");
        Fixture.Fakes.Shipped.Values.Should().NotContain(s => s.OrderId == id, "nothing leaves");
        (await Fixture.Database.StatusAsync(id)).Should().Be("confirmed");
        (await AttentionAsync(id)).Should().Be(("payment", state));
        (
            await Sql.ScalarAsync<string>(
                Fixture.Database.Names.App,
                $"select data->>'reason' from events where data->>'orderId' = '{id}' and data->>'state' = 'refused'"
            )
        )
            .Should()
            .Be("The money for it could not be captured: No money.");

        Fixture.Fakes.Capture = new(CaptureState.Captured);
        await ShippedAsync(id, null);
        (await Fixture.Database.StatusAsync(id)).Should().Be("shipped");
        (await AttentionAsync(id)).Should().BeNull();
    }

    [Fact]
    public async Task A_shipment_waits_while_the_provider_has_not_answered()
    {
        var id = await AuthorisedAsync((1, 2.5m));
        Fixture.Fakes.Capture = new(CaptureState.Pending, "The provider is unavailable.");

        (await ShipAsync(id, null)).StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await Fixture.Database.StatusAsync(id)).Should().Be("confirmed");

        Fixture.Fakes.Capture = new(CaptureState.Captured);
        await Wait.UntilAsync(async () => await Fixture.Database.StatusAsync(id) == "shipped", "it is shipped");
        Captures(id).Select(c => c.ShipmentId).Distinct().Should().ContainSingle("it is one capture");
    }

    [Fact]
    public async Task An_order_whose_authorisation_has_lapsed_is_listed_for_operators()
    {
        var id = await AuthorisedAsync((1, 2.5m));
        var other = await ConfirmedAsync(quantity: 1);

        foreach (var order in new[] { id, other, id })
            (await Olga.PostAsync("payments/lapsed", System.Net.Http.Json.JsonContent.Create(new LapsedPayment(order))))
                .StatusCode.Should()
                .Be(HttpStatusCode.NoContent);

        (await AttentionAsync(id)).Should().Be(("payment", "lapsed"));
        (await AttentionAsync(other)).Should().BeNull("its money is captured");
    }

    private async Task<Guid> AuthorisedAsync(params (int Quantity, decimal Price)[] lines)
    {
        Fixture.Fakes.Capture = new(CaptureState.Captured);
        Fixture.Fakes.Authorises = true;
        try
        {
            return await ConfirmedAsync(lines);
        }
        finally
        {
            Fixture.Fakes.Authorises = false;
        }
    }

    private IEnumerable<CaptureRequest> Captures(Guid order) =>
        Fixture.Fakes.Captures.Where(c => c.OrderId == order).ToList();

    private async Task<(string Kind, string State)?> AttentionAsync(Guid order)
    {
        var items = (await GetAsync("ops/attention")).GetProperty("items").EnumerateArray();
        foreach (var item in items)
            if (item.GetProperty("orderId").GetGuid() == order)
                return (item.GetProperty("kind").GetString()!, item.GetProperty("state").GetString()!);
        return null;
    }
}
