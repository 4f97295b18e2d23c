using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>When the units of a backordered order are expected, as <c>GET /orders/{id}</c> states it.</summary>
public sealed class PromisedDateTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    private static readonly DateTimeOffset Soon = new(2027, 3, 1, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task S7_A_backordered_order_shows_the_day_that_Inventory_promises_now_and_no_other()
    {
        var id = await BackorderedAsync();
        await ShowsAsync(Soon, "backordered: stock is expected by 2027-03-01", Waits(Soon));
        await ShowsAsync(
            Soon.AddDays(2),
            "backordered: stock is expected by 2027-03-03",
            Waits(Soon),
            Waits(Soon.AddDays(2))
        );
        await ShowsAsync(null, "backordered: no delivery date is known", Waits(Soon), Waits(null));

        async Task ShowsAsync(DateTimeOffset? promisedAt, string reason, params BackorderPosition[] waits)
        {
            fixture.Fakes.Waits[id] = waits;
            var order = await GetAsync(id);
            (order.Promised, order.Reason).Should().Be((promisedAt, reason));
        }
    }

    [Fact]
    public async Task S7_While_Inventory_does_not_answer_the_order_is_shown_without_a_day()
    {
        var id = await BackorderedAsync();
        fixture.Fakes.Waits[id] = [Waits(Soon)];
        fixture.Fakes.Failure = System.Net.HttpStatusCode.ServiceUnavailable;
        try
        {
            (await GetAsync(id)).Should().Be(((DateTimeOffset?)null, "as it was told"));
        }
        finally
        {
            fixture.Fakes.Failure = null;
        }
    }

    [Fact]
    public async Task S7_An_order_that_waits_for_nothing_promises_nothing()
    {
        var id = (await fixture.Database.AcceptAsync(1)).Single();
        fixture.Fakes.Waits[id] = [Waits(Soon)];
        (await GetAsync(id)).Promised.Should().BeNull();
    }

    private static BackorderPosition Waits(DateTimeOffset? at) => new("cup", 1, 1, at);

    private async Task<Guid> BackorderedAsync()
    {
        var id = (await fixture.Database.AcceptAsync(1)).Single();
        await Sql.ScalarAsync<object>(
            fixture.Database.Names.App,
            $"update orders set status = 'backordered', reason = 'as it was told', due_at = 'infinity' where id = '{id}'"
        );
        return id;
    }

    private async Task<(DateTimeOffset? Promised, string? Reason)> GetAsync(Guid id)
    {
        var order = await fixture
            .Service.As(Identity.Operator, "olga")
            .GetFromJsonAsync<JsonElement>($"orders/{id}", TestContext.Current.CancellationToken);
        var promised = order.GetProperty("promisedAt");
        return (
            promised.ValueKind == JsonValueKind.Null ? null : promised.GetDateTimeOffset(),
            order.GetProperty("reason").GetString()
        );
    }
}
