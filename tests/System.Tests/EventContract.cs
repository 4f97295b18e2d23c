using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.TestKit;

namespace DaprShop.SystemTests;

/// <summary>Validates each service's event log against the AsyncAPI document.</summary>
internal static class EventContract
{
    private static readonly (string App, string Topic)[] Logs =
    [
        ("orders", "orders"),
        ("inventory", "stock"),
        ("payments", "payments"),
    ];

    /// <summary>Validates every logged event.</summary>
    /// <returns>The number of events of each type.</returns>
    public static async Task<IReadOnlyDictionary<string, int>> VerifyAsync(HttpClient gateway)
    {
        var contract = await Contract.ReadAsync(gateway, "asyncapi/v1.json");
        var types = contract.Document["components"]!["schemas"]!.AsObject().Select(s => s.Key).ToHashSet();
        using var sidecar = new HttpClient { BaseAddress = new Uri("http://127.0.0.1:3500/v1.0/invoke/") };
        var seen = new Dictionary<string, int>();
        foreach (var (app, topic) in Logs)
        {
            for (var after = 0L; ; )
            {
                var page = await sidecar.GetFromJsonAsync<JsonElement>($"{app}/method/events?after={after}");
                var events = page.GetProperty("events").EnumerateArray().ToList();
                if (events.Count == 0)
                    break;
                foreach (var entry in events)
                {
                    var type = entry.GetProperty("type").GetString()!;
                    types.Should().Contain(type, $"{app} has logged one");
                    contract
                        .Complaints(Contract.Named(type), entry.GetProperty("data"))
                        .Should()
                        .BeEmpty($"{app} has logged {entry}");
                    seen[type] = seen.GetValueOrDefault(type) + 1;
                }

                contract
                    .Complaints(Contract.Named($"{topic}.page"), page)
                    .Should()
                    .BeEmpty($"{app} answered this page after {after}");
                after = events[^1].GetProperty("position").GetInt64();
            }
        }

        return seen;
    }
}
