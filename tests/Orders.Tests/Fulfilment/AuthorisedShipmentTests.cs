using System.Net;
using System.Net.Http.Json;
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

    [Fact]
    public async Task A_shipment_whose_money_cannot_be_captured_stays_here_is_told_and_can_be_tried_again()
    {
        var id = await AuthorisedAsync((2, 2.5m));
        Fixture.Fakes.Capture = new(CaptureState.Refused, "No money.");

        var problem = await IsRefusedAsync(await ShipAsync(id, null), "not-shipped");

        problem.GetProperty("detail").GetString().Should().Be("The money for it could not be captured: No money.");
        Fixture.Fakes.Shipped.Values.Should().NotContain(s => s.OrderId == id, "nothing leaves");
        (await Fixture.Database.StatusAsync(id)).Should().Be("confirmed");
        (await AttentionAsync(id)).Should().Be(("payment", "capture_failed"));
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_order_whose_authorisation_has_lapsed_keeps_its_stock_and_is_paid_by_another_card(bool isTold)
    {
        var free = Fixture.Fakes.Free;
        var id = await AuthorisedAsync((1, 2.5m));
        if (isTold)
            await LapseAsync(id);
        else
        {
            Fixture.Fakes.Capture = new(CaptureState.Refused, "The authorisation has lapsed.", new(id, 1));
            using var refused = await ShipAsync(id, null);
            await Wait.UntilAsync(
                async () => await Fixture.Database.StatusAsync(id) == "awaiting_payment",
                "the shipment is refused, and the customer is asked"
            );
        }

        var order = await GetAsync($"orders/{id}");
        order.GetProperty("status").GetString().Should().Be("awaiting_payment");
        order
            .GetProperty("reason")
            .GetString()
            .Should()
            .Be("the authorisation of the payment has lapsed: another card is needed");
        (order.GetProperty("payBy").GetDateTimeOffset() - order.GetProperty("updatedAt").GetDateTimeOffset())
            .TotalDays.Should()
            .BeApproximately(3, 0.01);
        (await AttentionAsync(id)).Should().BeNull("the customer is asked");
        Fixture.Fakes.Free.Should().Be(free, "the cup stays allocated");

        Fixture.Fakes.Authorises = true;
        await NameCardAsync(id, "tok_ok");
        await RunSagaAsync();
        Fixture.Fakes.Authorises = false;
        Fixture.Fakes.Capture = new(CaptureState.Captured);
        (await Fixture.Database.StatusAsync(id)).Should().Be("confirmed");
        await ShippedAsync(id, null);
        Captures(id).Last().Should().BeEquivalentTo(new { Total = 2.5m, IsLast = true });
    }

    [Fact]
    public async Task A_lapse_that_is_told_while_a_shipment_is_prepared_is_acted_upon_when_it_has_ended()
    {
        var id = await AuthorisedAsync((1, 2.5m));
        Fixture.Fakes.Capture = new(CaptureState.Pending);
        (await ShipAsync(id, null)).StatusCode.Should().Be(HttpStatusCode.Accepted);

        await LapseAsync(id, expected: HttpStatusCode.Conflict);
        (await Fixture.Database.StatusAsync(id)).Should().Be("confirmed");
        Fixture.Fakes.Capture = new(CaptureState.Refused, "The authorisation has lapsed.", new(id, 1));

        await Wait.UntilAsync(
            async () => await Fixture.Database.StatusAsync(id) == "awaiting_payment",
            "the customer is asked"
        );
    }

    [Fact]
    public async Task A_lapse_that_is_told_again_after_another_card_was_named_changes_nothing()
    {
        var id = await AuthorisedAsync((1, 2.5m));
        await LapseAsync(id);
        Fixture.Fakes.Authorises = true;
        await NameCardAsync(id, "tok_ok");
        await LapseAsync(id);
        await RunSagaAsync();
        Fixture.Fakes.Authorises = false;

        await LapseAsync(id);

        (await Fixture.Database.StatusAsync(id)).Should().Be("confirmed");
        (await AttentionAsync(id)).Should().BeNull();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_another_card_in_time_a_lapsed_order_expires_is_refunded_and_its_stock_released(
        bool isDeclined
    )
    {
        var free = Fixture.Fakes.Free;
        var id = await AuthorisedAsync((1, 2.5m));
        await LapseAsync(id);
        if (isDeclined)
        {
            // A declined card ends nothing: a refused shipment may have captured money of the first one.
            Fixture.Fakes.Charges.Remove(id);
            await NameCardAsync(id, "tok_declined");
            await RunSagaAsync();
            (await Fixture.Database.StatusAsync(id)).Should().Be("awaiting_payment");
        }

        (await Fixture.Database.NumberAsync($"select count(*) from orders where id = '{id}' and due_at = pay_by"))
            .Should()
            .Be(1, "it rests until its deadline");
        await Sql.ScalarAsync<object>(
            Fixture.Database.Names.App,
            $"update orders set pay_by = now(), due_at = now() where id = '{id}'"
        );
        await RunSagaAsync();

        (await Fixture.Database.StatusAsync(id)).Should().Be("expired");
        Fixture.Fakes.Charges[id].Should().Be(ChargeState.Refunded);
        Fixture.Fakes.Free.Should().Be(free + 1);
    }

    [Fact]
    public async Task A_lapsed_order_of_which_units_have_left_is_listed_for_operators()
    {
        var id = await AuthorisedAsync((2, 2.5m));
        await ShippedAsync(id, 1);
        var other = await ConfirmedAsync(quantity: 1);

        foreach (var order in new[] { id, other, id, Guid.CreateVersion7() })
            await LapseAsync(order);

        (await Fixture.Database.StatusAsync(id)).Should().Be("shipped");
        (await AttentionAsync(id)).Should().Be(("payment", "lapsed"));
        (await AttentionAsync(other)).Should().BeNull("its money is captured");
        (await Fixture.Database.StatusAsync(other)).Should().Be("confirmed");
    }

    private async Task LapseAsync(Guid order, int attempt = 1, HttpStatusCode expected = HttpStatusCode.NoContent)
    {
        using var told = await Olga.PostAsJsonAsync("payments/lapsed", new LapsedPayment(order, attempt));
        told.StatusCode.Should().Be(expected);
    }

    private async Task NameCardAsync(Guid order, string token)
    {
        using var named = await SendAsync(Alice, $"orders/{order}/payment", null, new { paymentToken = token });
        named.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private async Task RunSagaAsync()
    {
        foreach (var batch in await Fixture.Database.ClaimAsync())
            await SagaRun.RunAsync(Fixture.Database, Fixture.Fakes, batch);
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
