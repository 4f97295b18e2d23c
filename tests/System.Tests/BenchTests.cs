using System.Net;
using System.Text.Json;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>What benchmarks leave in a shop.</summary>
public sealed class BenchTests(SharedShop shops) : SharedShopTest(shops)
{
    [Fact]
    public async Task A_benchmark_adds_nothing_to_a_shop_in_use_unless_told_and_then_says_what_it_leaves()
    {
        var shop = await ShopAsync();
        (await OrderAsync(shop.Alice, await shop.CreateItemAsync(1))).EnsureSuccessStatusCode();

        foreach (var scenario in new[] { "latency", "saga" })
        {
            var (exitCode, output, errors) = await shop.Shop.TryAsync("bench", scenario);
            (exitCode, output).Should().Be((1, ""));
            errors.Should().StartWith("This shop is in use: it has ").And.Contain("add `--here`");
        }

        (await BenchItemAsync()).Should().Be(HttpStatusCode.NotFound);
        var (code, json, left) = await shop.Shop.TryAsync("bench", "latency", "--here", "--json");
        code.Should().Be(0, left);
        JsonElement.Parse(json).GetProperty("scenario").GetString().Should().Be("latency");
        left.Should().Contain("200 items (BENCH-…) and 53 orders of benchmarks").And.Contain("./shop down --wipe");
        (await BenchItemAsync()).Should().Be(HttpStatusCode.OK);

        async Task<HttpStatusCode> BenchItemAsync()
        {
            using var response = await shop.Olga.GetAsync("items/BENCH-000");
            return response.StatusCode;
        }
    }
}
