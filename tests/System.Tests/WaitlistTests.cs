using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.TestKit;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>
/// The waitlist actors' reminders pass offers on; the sweeper does not interfere, as its grace period is an hour here.
/// </summary>
[Collection("one shop at a time")]
public sealed class WaitlistTests
{
    [Theory]
    [MemberData(nameof(Runtimes.Selected), MemberType = typeof(Runtimes))]
    public async Task N3_Reminders_pass_an_offer_to_the_next_in_line_also_across_a_restart(string runtime)
    {
        await using var shop = new LiveShop
        {
            Settings = new Dictionary<string, string>
            {
                ["Stock__OfferMinutes"] = "0.25",
                ["Stock__OfferGraceSeconds"] = "3600",
            },
        };
        await shop.StartAsync(runtime);
        var olga = await shop.AsAsync("operator", "olga");
        var line = await Task.WhenAll(((string[])["ann", "bob", "cat"]).Select(name => shop.AsAsync("customer", name)));
        // Every odd character that a name may have.
        var sku = $"sku (1)&2|3~+=@:,._- {Guid.CreateVersion7():N}";
        (
            await SendAsync(olga, HttpMethod.Put, $"items/{sku}", new { name = "Mug", price = 4 })
        ).EnsureSuccessStatusCode();
        foreach (var customer in line)
            (
                await SendAsync(customer, HttpMethod.Post, $"waitlist/{sku}", new { quantity = 1 })
            ).EnsureSuccessStatusCode();
        (
            await SendAsync(olga, HttpMethod.Post, $"stock/{sku}/receipts", new { quantity = 1, reason = "opening" })
        ).EnsureSuccessStatusCode();

        await IsOfferedAsync(line[0]);
        await IsOfferedAsync(line[1]);
        await shop.KillAsync("inventory");
        await IsOfferedAsync(line[2]);
        await WaitForAvailableAsync(olga, sku, 1, "no customer accepted the offer, and none waits any more");
        await shop.AuditAsync();
    }

    private static Task IsOfferedAsync(HttpClient customer) =>
        Wait.UntilAsync(
            async () => (await GetOrNullAsync(customer, "waitlist/offers"))?.GetProperty("items").GetArrayLength() == 1,
            "the next in line has the offer"
        );
}
