using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>Accepting a waitlist offer.</summary>
public sealed class OfferTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    private readonly HttpClient _alice = fixture.Service.As(Identity.Customer, "alice");

    [Fact]
    public async Task N3_An_offer_makes_one_order_however_often_it_is_accepted_and_that_order_uses_its_hold()
    {
        var offer = Offered("alice");
        using var first = await AcceptAsync(_alice, offer);
        using var again = await AcceptAsync(_alice, offer);
        using var other = await AcceptAsync(_alice, offer, token: "tok_declined");
        (first.StatusCode, again.StatusCode, other.StatusCode)
            .Should()
            .Be((HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.UnprocessableEntity));
        (first.Headers.Contains(IdempotencyKey.ReplayedHeader), again.Headers.Contains(IdempotencyKey.ReplayedHeader))
            .Should()
            .Be((false, true));
        var id = (await first.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
            .GetProperty("id")
            .GetGuid();
        (
            await fixture.Database.NumberAsync(
                $"select count(*) from orders where hold_id = '{offer}' and id = '{id}' and customer = 'alice'"
            )
        )
            .Should()
            .Be(1);
        (
            await fixture.Database.NumberAsync(
                $"select sum(quantity)::bigint from order_lines where order_id = '{id}' and sku = 'cup'"
            )
        )
            .Should()
            .Be(2);
    }

    [Fact]
    public async Task An_offer_belongs_to_its_customer_and_expires()
    {
        var bobs = Offered("bob");
        using var strangers = await AcceptAsync(_alice, bobs);
        fixture.Fakes.Taken.Keys.Should().NotContain(t => t.Hold == bobs, "it stays as it is");
        fixture.Fakes.GivesOffersToAnyone = true;
        using var repeated = await AcceptAsync(_alice, bobs);
        fixture.Fakes.GivesOffersToAnyone = false;
        using var none = await AcceptAsync(_alice, Guid.CreateVersion7());
        using var over = await AcceptAsync(_alice, Offered("alice", minutes: -1));
        using var unpaid = await AcceptAsync(_alice, Offered("alice"), token: "");
        using var keyless = await AcceptAsync(_alice, Offered("alice"), key: null);
        using var operators = await AcceptAsync(fixture.Service.As(Identity.Operator, "olga"), Offered("bob"));
        new[] { strangers, repeated, none, over, unpaid, keyless, operators }
            .Select(r => (int)r.StatusCode)
            .Should()
            .Equal(404, 404, 404, 409, 422, 400, 202);
        (await over.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Should().Contain("offer-ended");
    }

    private Guid Offered(string customer, int minutes = 5)
    {
        var id = Guid.CreateVersion7();
        fixture.Fakes.Offers[id] = (
            customer,
            [new OrderedUnits("cup", 2)],
            TimeProvider.System.GetUtcNow().AddMinutes(minutes)
        );
        return id;
    }

    private static Task<HttpResponseMessage> AcceptAsync(HttpClient caller, Guid offer, string token = "tok_ok") =>
        AcceptAsync(caller, offer, Guid.CreateVersion7().ToString(), token);

    private static async Task<HttpResponseMessage> AcceptAsync(
        HttpClient caller,
        Guid offer,
        string? key,
        string token = "tok_ok"
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"waitlist/offers/{offer}/accept")
        {
            Content = JsonContent.Create(new { payment = new { token } }),
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await caller.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
