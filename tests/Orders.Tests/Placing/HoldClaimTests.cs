using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>A hold that an order names is claimed before the order is accepted.</summary>
public sealed class HoldClaimTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    private readonly HttpClient _alice = fixture.Service.As(Identity.Customer, "alice");
    private readonly HttpClient _olga = fixture.Service.As(Identity.Operator, "olga");

    [Fact]
    public async Task An_accepted_order_has_the_id_that_its_hold_was_claimed_for_and_a_repetition_claims_nothing()
    {
        var (hold, key) = (Held("alice"), New());
        var first = await AcceptedAsync(await PlaceAsync(hold, key));
        Expire(hold);
        var again = await AcceptedAsync(await PlaceAsync(hold, key));

        again.Should().Be(first);
        fixture.Fakes.Taken.Where(t => t.Key.Hold == hold).Should().ContainSingle().Which.Value.Should().Be(first);
    }

    [Fact]
    public async Task An_order_that_names_a_hold_that_has_ended_or_is_another_customers_is_refused_by_every_door()
    {
        var ended = Held("alice");
        Expire(ended);
        foreach (var hold in new[] { ended, Held("bob"), Guid.CreateVersion7() })
        {
            using var refused = await PlaceAsync(hold, New());
            refused.StatusCode.Should().Be(HttpStatusCode.Conflict);
            (await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
                .Should()
                .Contain("urn:daprshop:problem:hold-ended")
                .And.Contain(hold.ToString());
            var many = await _olga.PostAsJsonAsync(
                "ops/orders",
                new { orders = new[] { new { key = New(), order = Order(hold, "alice") } } },
                TestContext.Current.CancellationToken
            );
            (await many.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Should().Contain("/hold");
        }

        (await fixture.Database.NumberAsync($"select count(*) from orders where hold_id = '{ended}'")).Should().Be(0);
    }

    [Fact]
    public async Task Orders_tells_which_orders_have_still_to_use_their_holds()
    {
        var waiting = await AcceptedAsync(await PlaceAsync(Held("alice"), New()));
        var decided = await AcceptedAsync(await PlaceAsync(Held("alice"), New()));
        await Sql.ScalarAsync<int>(
            fixture.Database.Names.Owner,
            $"update orders set status = 'confirmed' where id = '{decided}' returning version"
        );

        using var answer = await _olga.PostAsJsonAsync(
            "internal/holds/claims",
            new HoldClaimsRequest([waiting, decided, Guid.CreateVersion7()]),
            TestContext.Current.CancellationToken
        );
        var body = await answer.Content.ReadFromJsonAsync<HoldClaimsResponse>(TestContext.Current.CancellationToken);
        body!.Waiting.Should().Equal(waiting);
    }

    [Fact]
    public async Task An_item_off_sale_is_ordered_only_by_those_who_hold_it()
    {
        fixture.Fakes.OnSale = false;
        var before = fixture.Fakes.LookUps;
        string refused = "";
        await Wait.UntilAsync(
            async () =>
            {
                using var answer = await PlaceAsync(null, New());
                refused = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                return fixture.Fakes.LookUps > before;
            },
            "Orders has looked the cup up again"
        );
        using (var last = await PlaceAsync(null, New()))
            refused = await last.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var held = await AcceptedAsync(await PlaceAsync(Held("alice"), New()));
        fixture.Fakes.OnSale = true;

        refused
            .Should()
            .Contain("urn:daprshop:problem:not-on-sale")
            .And.Contain("Item 'cup' is not on sale at present.");
        held.Should().NotBeEmpty();
    }

    private Guid Held(string customer)
    {
        var id = Guid.CreateVersion7();
        fixture.Fakes.Offers[id] = (
            customer,
            [new OrderedUnits("cup", 2)],
            TimeProvider.System.GetUtcNow().AddMinutes(5)
        );
        return id;
    }

    private void Expire(Guid hold) =>
        fixture.Fakes.Offers[hold] = fixture.Fakes.Offers[hold] with
        {
            ExpiresAt = TimeProvider.System.GetUtcNow().AddMinutes(-1),
        };

    private Task<HttpResponseMessage> PlaceAsync(Guid? hold, string key) =>
        _alice.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, "orders")
            {
                Content = JsonContent.Create(Order(hold, null)),
                Headers = { { "Idempotency-Key", key } },
            }
        );

    private static object Order(Guid? hold, string? customer) =>
        new
        {
            lines = new[] { new { sku = "cup", quantity = 2 } },
            payment = new { token = "tok_ok" },
            customer,
            hold,
        };

    private static async Task<Guid> AcceptedAsync(HttpResponseMessage answer)
    {
        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    private static string New() => Guid.CreateVersion7().ToString();
}
