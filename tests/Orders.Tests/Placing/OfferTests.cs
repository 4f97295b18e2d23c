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
            .Be((HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.Conflict));
        (await other.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .Should()
            .Contain("\"orderStatus\":\"accepted\"", "its card is not declined");
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

    [Fact]
    public async Task O4_A_declined_offer_is_accepted_again_with_another_card_and_a_new_key()
    {
        var offer = Offered("alice");
        var (first, second) = ("first " + offer, "second " + offer);
        using var declined = await AcceptAsync(_alice, offer, first, "tok_declined");
        await RunAsync();
        using var repeated = await AcceptAsync(_alice, offer, first, "tok_declined");
        using var changed = await AcceptAsync(_alice, offer, first, "tok_ok");
        using var strangers = await AcceptAsync(fixture.Service.As(Identity.Customer, "bob"), offer, "mine", "tok_ok");
        using var paid = await AcceptAsync(_alice, offer, second, "tok_ok");
        await RunAsync();
        using var paidAgain = await AcceptAsync(_alice, offer, second, "tok_ok");
        using var third = await AcceptAsync(_alice, offer, "third " + offer, "tok_more");

        new[] { declined, repeated, changed, strangers, paid, paidAgain, third }
            .Select(r => (int)r.StatusCode)
            .Should()
            .Equal(202, 202, 422, 404, 202, 202, 409);
        new[] { declined, repeated, paid, paidAgain }
            .Select(r => r.Headers.Contains(IdempotencyKey.ReplayedHeader))
            .Should()
            .Equal(false, true, false, true);
        var answers = new List<JsonElement>();
        foreach (var response in new[] { declined, repeated, paid, paidAgain, third })
            answers.Add(await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken));
        answers[1].GetRawText().Should().Be(answers[0].GetRawText());
        answers[3].GetRawText().Should().Be(answers[2].GetRawText());
        answers.Take(4).Select(a => a.GetProperty("id").GetGuid()).Distinct().Should().ContainSingle();
        answers
            .Take(4)
            .Select(a => a.GetProperty("status").GetString())
            .Should()
            .Equal("accepted", "accepted", "reserved", "reserved");
        answers[4].GetProperty("orderStatus").GetString().Should().Be("confirmed");
        var id = answers[0].GetProperty("id").GetGuid();
        (await fixture.Database.StatusAsync(id)).Should().Be("confirmed");
        fixture.Fakes.Cards[id].Should().Be((2, "tok_ok"));
    }

    [Fact]
    public async Task O4_The_key_that_makes_an_offer_one_order_is_no_callers_key()
    {
        var offer = Offered("alice");
        using var request = new HttpRequestMessage(HttpMethod.Post, "orders")
        {
            Content = JsonContent.Create(
                new { lines = new[] { new { sku = "cup", quantity = 1 } }, payment = new { token = "tok_ok" } }
            ),
            Headers = { { "Idempotency-Key", $"offer:{offer}" } },
        };
        using var own = await _alice.SendAsync(request, TestContext.Current.CancellationToken);
        using var accepted = await AcceptAsync(_alice, offer, $"offer:{offer}", "tok_ok");
        using var used = await AcceptAsync(_alice, Offered("alice"), $"offer:{offer}", "tok_ok");
        ((int)own.StatusCode, (int)accepted.StatusCode, (int)used.StatusCode).Should().Be((202, 202, 422));
    }

    [Fact]
    public async Task O4_An_order_made_from_a_hold_says_where_its_other_card_is_named()
    {
        var hold = Offered("alice");
        var id = Guid.Parse(
            (
                await (await OrderFromAsync(hold, "tok_declined")).Content.ReadFromJsonAsync<JsonElement>(
                    TestContext.Current.CancellationToken
                )
            )
                .GetProperty("id")
                .GetString()!
        );
        await RunAsync();
        (await fixture.Database.StatusAsync(id)).Should().Be("awaiting_payment");
        using var another = await OrderFromAsync(Offered("alice"), "tok_declined");
        await RunAsync();
        fixture.Fakes.Offers[hold] = fixture.Fakes.Offers[hold] with { ExpiresAt = DateTimeOffset.UnixEpoch };

        using var again = await OrderFromAsync(hold, "tok_ok");
        using var strangers = await OrderFromAsync(hold, "tok_ok", fixture.Service.As(Identity.Customer, "bob"));
        (await strangers.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .Should()
            .Contain("hold-ended")
            .And.NotContain($"{id}", "it is another customer's order");

        var problem = await again.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        (again.StatusCode, problem.GetProperty("orderStatus").GetString(), problem.GetProperty("orderId").GetGuid())
            .Should()
            .Be((HttpStatusCode.Conflict, "awaiting_payment", id));
        problem.GetProperty("detail").GetString().Should().Contain($"POST /orders/{id}/payment");
    }

    private async Task<HttpResponseMessage> OrderFromAsync(Guid hold, string token, HttpClient? caller = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "orders")
        {
            Content = JsonContent.Create(
                new
                {
                    lines = new[] { new { sku = "cup", quantity = 2 } },
                    payment = new { token },
                    hold,
                }
            ),
            Headers = { { "Idempotency-Key", Guid.CreateVersion7().ToString() } },
        };
        return await (caller ?? _alice).SendAsync(request, TestContext.Current.CancellationToken);
    }

    private async Task RunAsync()
    {
        foreach (var batch in await fixture.Database.ClaimAsync())
            await SagaRun.RunAsync(fixture.Database, fixture.Fakes, batch);
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
