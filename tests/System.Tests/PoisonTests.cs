using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DaprShop.TestKit;
using Npgsql;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>No message can stall or stop anything, whatever its bytes are and wherever it lies.</summary>
[Collection("one shop at a time")]
public sealed class PoisonTests
{
    private const string Logged = """
        with head as (update event_head set position = position + 2 returning position)
        insert into events (position, id, type, subject, version, occurred_at, data)
        select head.position - 1, gen_random_uuid(), 'order.accepted.v1', 'no GUID', 1, now(), '{"a":1}'::json from head
        union all
        select head.position, gen_random_uuid(), 'order.status_changed.v1', 'none', 1, now(), '"\ud800"'::json from head
        """;

    private static readonly (string What, string ContentType, string Query, byte[] Body)[] Messages =
    [
        (
            "a CloudEvent in a CloudEvent",
            "application/cloudevents+json",
            "",
            """
            {"specversion":"1.0","id":"a","source":"x","type":"y","datacontenttype":"application/cloudevents+json",
             "data":{"specversion":"1.0","id":"b","source":"x","type":"y","data":{"producer":"orders"}}}
            """u8.ToArray()
        ),
        ("bytes", "application/octet-stream", "", [0, 255, 254, 10]),
        ("null", "application/json", "", "null"u8.ToArray()),
        ("text", "text/plain", "", "\0ÿ"u8.ToArray()),
        ("no JSON, said to be JSON", "application/json", "", "{"u8.ToArray()),
        ("deep nesting", "application/json", "", Encoding.ASCII.GetBytes(new string('[', 100) + new string(']', 100))),
        ("bytes without an envelope", "application/octet-stream", "?metadata.rawPayload=true", [0, 255, 254, 10]),
        ("null without an envelope", "application/json", "?metadata.rawPayload=true", "null"u8.ToArray()),
    ];

    [Theory]
    [MemberData(nameof(Runtimes.Selected), MemberType = typeof(Runtimes))]
    public async Task Whatever_lies_in_a_log_or_on_a_topic_is_parked_and_its_neighbours_pass(string runtime)
    {
        await using var shop = await ShopFixture.OfAsync(runtime, null, null);
        await ConfirmedWithTimelineAsync(shop);
        var pid = await shop.Shop.PidAsync("orders");

        await LogAsync(shop.Shop, Logged);
        using var sidecar = new HttpClient { BaseAddress = new Uri("http://127.0.0.1:3501/v1.0/publish/pubsub/") };
        var published = 0;
        foreach (var (what, contentType, query, body) in Messages)
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
            using var response = await sidecar.PostAsync($"orders{query}", content);
            TestContext.Current.TestOutputHelper!.WriteLine($"{what}: {(int)response.StatusCode}");
            if (response.IsSuccessStatusCode)
                published++;
        }

        published.Should().BeGreaterThan(4);
        await ConfirmedWithTimelineAsync(shop);
        await Wait.UntilAsync(async () => (await ParkedAsync(shop)).Count == published + 2, "all of them are parked");
        (await ParkedAsync(shop))
            .Should()
            .OnlyContain(cause => cause.EndsWith('.') && !cause.Contains("System.") && !cause.Contains('\n'));
        foreach (var path in new[] { "ops/attention", "ops/backlog" })
            (await shop.Olga.GetFromJsonAsync<JsonElement>(path))
                .GetProperty("parkedMessages")
                .GetInt64()
                .Should()
                .Be(published + 2, path);
        (await shop.Shop.RunAsync("status")).Should().Contain($"{published + 2} messages are parked.");
        (await shop.Shop.PidAsync("orders")).Should().Be(pid, "it was not restarted");
        await ConfirmedWithTimelineAsync(shop);
    }

    private static async Task ConfirmedWithTimelineAsync(ShopFixture shop)
    {
        var id = await IdAsync(await OrderAsync(shop.Alice, await shop.CreateItemAsync(5)));
        await WaitForStatusAsync(shop.Alice, id, "confirmed");
        await Wait.UntilAsync(
            async () =>
            {
                using var response = await shop.Alice.GetAsync($"orders/{id}/timeline");
                return response.IsSuccessStatusCode
                    && (await response.Content.ReadFromJsonAsync<JsonElement>())
                        .GetProperty("entries")
                        .EnumerateArray()
                        .Count(e => e.GetProperty("to").GetString() is not null) == 4;
            },
            "the timeline is complete"
        );
    }

    private static async Task<List<string>> ParkedAsync(ShopFixture shop) =>
        [
            .. (await shop.Olga.GetFromJsonAsync<JsonElement>("ops/dead-letters?limit=200"))
                .GetProperty("messages")
                .EnumerateArray()
                .Select(m => m.GetProperty("cause").GetString()!),
        ];

    private static async Task LogAsync(LiveShop shop, string sql)
    {
        var owner = JsonElement
            .Parse(await File.ReadAllTextAsync(shop.PathOf(".shop/owner.json")))
            .GetProperty("orders")
            .GetString()!;
        await using var connection = new NpgsqlConnection(owner);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
