using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Inventory.Tests.Repair;

public sealed class RepairApiTests(InventoryFixture fixture) : IClassFixture<InventoryFixture>
{
    [Fact]
    public async Task N4_An_operator_repairs_a_level_once_per_key_and_gets_the_changes()
    {
        await fixture.Database.ReceiveAsync("cup", 5);
        await Sql.ScalarAsync<object>(
            fixture.Database.Names.Owner,
            "update levels set allocated = 3 where sku = 'cup'"
        );

        using var first = await RepairAsync("""{"skus":["cup"]}""", "repair once");
        using var again = await RepairAsync("""{"skus":["cup"]}""", "repair once");
        using var other = await RepairAsync("{}", "repair once");
        using var next = await RepairAsync("{}", "repair twice");

        var change = (await BodyAsync(first)).GetProperty("changes")[0];
        (
            change.GetProperty("sku").GetString(),
            change.GetProperty("kind").GetString(),
            change.GetProperty("quantity").GetInt64()
        )
            .Should()
            .Be(("cup", "level", 3));
        (again.Headers.Contains("Idempotency-Replayed"), other.StatusCode)
            .Should()
            .Be((true, HttpStatusCode.UnprocessableEntity));
        (await BodyAsync(next)).GetProperty("changes").GetArrayLength().Should().Be(0);
        (await Sql.ScalarAsync<long>(fixture.Database.Names.App, "select allocated from levels where sku = 'cup'"))
            .Should()
            .Be(0);
    }

    [Fact]
    public async Task Only_operators_repair_and_only_what_has_a_name()
    {
        using var customer = await RepairAsync("{}", "mine", Identity.Customer);
        using var nameless = await RepairAsync("""{"skus":[""]}""", "nameless");

        (customer.StatusCode, nameless.StatusCode)
            .Should()
            .Be((HttpStatusCode.Forbidden, HttpStatusCode.UnprocessableEntity));
    }

    [Fact]
    public async Task I21_An_item_records_when_its_limit_was_set()
    {
        var since = new List<DateTime>();
        foreach (var (limit, name) in new[] { (2, "Saucer"), (2, "Fine saucer"), (3, "Fine saucer") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "items/saucer")
            {
                Content = JsonContent.Create(
                    new
                    {
                        name,
                        price = 1,
                        stocked = true,
                        backorderLimit = 0,
                        maxPerCustomer = limit,
                        lowStockAt = (int?)null,
                        onSale = true,
                    }
                ),
                Headers = { { "Idempotency-Key", $"{name} {limit}" } },
            };
            using var response = await fixture
                .Service.As(Identity.Operator)
                .SendAsync(request, TestContext.Current.CancellationToken);
            response.EnsureSuccessStatusCode();
            since.Add(
                await Sql.ScalarAsync<DateTime>(
                    fixture.Database.Names.App,
                    "select limited_since from items where sku = 'saucer'"
                )
            );
        }

        since[1].Should().Be(since[0]);
        since[2].Should().BeAfter(since[0]);
    }

    private async Task<HttpResponseMessage> RepairAsync(string body, string key, string role = Identity.Operator)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "ops/stock/repair")
        {
            Content = new StringContent(body, null, "application/json"),
            Headers = { { "Idempotency-Key", key } },
        };
        return await fixture.Service.As(role).SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static Task<JsonElement> BodyAsync(HttpResponseMessage response) =>
        response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
}
