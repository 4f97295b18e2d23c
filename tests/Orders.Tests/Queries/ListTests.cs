using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Messaging;
using DaprShop.Orders.Placing;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>
/// Lists of orders. Alice has ordered cups three times and a pot once, Bob a cup: one a day, in this sequence.
/// </summary>
public sealed class ListTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>, IAsyncLifetime
{
    private static readonly (string Customer, string Sku, string Status)[] Placed =
    [
        ("alice", "cup", "confirmed"),
        ("alice", "cup", "rejected"),
        ("bob", "cup", "confirmed"),
        ("alice", "pot", "shipped"),
        ("alice", "cup", "confirmed"),
    ];

    private readonly HttpClient _alice = fixture.Service.As(Identity.Customer, "alice");
    private readonly HttpClient _olga = fixture.Service.As(Identity.Operator, "olga");

    public async ValueTask InitializeAsync()
    {
        if (await fixture.Database.NumberAsync("select count(*) from orders") > 0)
            return;
        foreach (var (customer, sku, _) in Placed)
            await fixture
                .Database.Accepting()
                .CommitAsync(
                    [
                        OrdersDatabase.Order(Guid.CreateVersion7().ToString(), caller: customer) with
                        {
                            Lines = [new PricedLine(sku, 1, 2.5m), new PricedLine(sku, 1, 2m)],
                        },
                    ],
                    CancellationToken.None
                );
        for (var i = 0; i < Placed.Length; i++)
            await Sql.ScalarAsync<object>(
                fixture.Database.Names.App,
                $"update orders set status = '{Placed[i].Status}', accepted_at = '2026-03-0{i + 1}T12:00:00Z' where number = {i + 1}"
            );
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("", "5 4 3 2 1")]
    [InlineData("status=confirmed", "5 3 1")]
    [InlineData("status=shipped", "4")]
    [InlineData("status=reserved", "")]
    [InlineData("sku=cup", "5 3 2 1")]
    [InlineData("sku=cup&status=rejected", "2")]
    [InlineData("customer=bob", "3")]
    [InlineData("customer=alice&sku=pot", "4")]
    [InlineData("from=2026-03-02T12:00:00Z&until=2026-03-04T12:00:00Z", "3 2")]
    [InlineData("from=2026-03-04T13:00:00%2B01:00", "5 4")]
    public async Task An_operator_lists_orders_by_status_SKU_customer_and_time_the_newest_first(
        string query,
        string expected
    ) => (await ListAsync(_olga, query)).Numbers.Should().Be(expected);

    [Theory]
    [InlineData("", "5 4 2 1")]
    [InlineData("status=confirmed", "5 1")]
    [InlineData("sku=cup", "5 2 1")]
    [InlineData("customer=alice", "5 4 2 1")]
    [InlineData("until=2026-03-03T00:00:00Z", "2 1")]
    public async Task Customers_list_only_their_own_orders(string query, string expected) =>
        (await ListAsync(_alice, query)).Numbers.Should().Be(expected);

    [Theory]
    [InlineData("", "5 4|3 2|1")]
    [InlineData("&status=confirmed", "5 3|1")]
    [InlineData("&sku=cup", "5 3|2 1|")]
    [InlineData("&customer=alice", "5 4|2 1|")]
    [InlineData("&from=2026-03-03T00:00:00Z", "5 4|3")]
    public async Task Page_by_page_each_order_is_listed_once(string query, string expected)
    {
        var pages = new List<string>();
        for (long? cursor = long.MaxValue; cursor is not null; )
        {
            var (numbers, next) = await ListAsync(_olga, $"limit=2&cursor={cursor}{query}");
            pages.Add(numbers);
            cursor = next;
        }

        string.Join('|', pages).Should().Be(expected);
    }

    [Theory]
    [InlineData("status=lost", 422, "confirmed")]
    [InlineData("customer=bob", 422, "another customer")]
    [InlineData("cursor=x", 400, "cursor")]
    [InlineData("from=yesterday", 400, "from")]
    public async Task An_invalid_filter_is_rejected_with_the_reason(string query, int status, string says)
    {
        using var answer = await _alice.GetAsync($"orders?{query}", TestContext.Current.CancellationToken);
        ((int)answer.StatusCode).Should().Be(status);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Should().Contain(says);
    }

    private static async Task<(string Numbers, long? Cursor)> ListAsync(HttpClient caller, string query)
    {
        var page = await caller.GetFromJsonAsync<JsonElement>($"orders?{query}", TestContext.Current.CancellationToken);
        var cursor = page.GetProperty("cursor");
        return (
            string.Join(
                ' ',
                page.GetProperty("orders").EnumerateArray().Select(o => o.GetProperty("number").GetInt64())
            ),
            cursor.ValueKind == JsonValueKind.Null ? null : cursor.GetInt64()
        );
    }
}
