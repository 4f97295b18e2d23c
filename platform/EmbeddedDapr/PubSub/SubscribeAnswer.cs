using System.Text.Json;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.PubSub;

/// <summary>Reads an app's answer to <c>GET /dapr/subscribe</c>.</summary>
internal static class SubscribeAnswer
{
    private const int DefaultBulkSize = 100;

    /// <summary>The subscriptions that can be served. One that cannot is reported by <paramref name="refuse"/>, with the reason.</summary>
    /// <exception cref="JsonException">The answer cannot be read.</exception>
    public static IReadOnlyList<Subscription> Read(byte[] json, Sidecar sidecar, Action<TopicName, string> refuse)
    {
        var subscriptions = new List<Subscription>();
        foreach (var item in JsonSerializer.Deserialize<List<Item>>(json, JsonSerializerOptions.Web) ?? [])
        {
            if (Refusal(item, sidecar) is { } reason)
            {
                refuse(new(item.PubSubName, item.Topic), reason);
                continue;
            }

            var metadata = item.Metadata ?? [];
            subscriptions.Add(
                new(
                    item.PubSubName,
                    item.Topic,
                    $"/{RouteOf(item)!.TrimStart('/')}",
                    metadata,
                    metadata.GetValueOrDefault("rawPayload") is "true",
                    item.BulkSubscribe is { Enabled: true } bulk
                        ? (bulk.MaxMessagesCount is > 0 and var most ? most : DefaultBulkSize)
                        : 0,
                    item.DeadLetterTopic is { Length: > 0 } dead ? dead : null
                )
            );
        }

        return subscriptions;
    }

    private static string? Refusal(Item item, Sidecar sidecar) =>
        item switch
        {
            _ when !sidecar.Components.Any(c => c.IsPubSub && c.Name == item.PubSubName) =>
                $"{sidecar.AppId} has no pub/sub component of that name.",
            { Topic.Length: 0 } => "It names no topic.",
            { Routes.Rules: { } rules } when rules.Exists(rule => rule.Match is { Length: > 0 }) =>
                "Routing rules with a match are not supported by the embedded sidecar.",
            _ when RouteOf(item) is null => "It names no route.",
            _ => null,
        };

    private static string? RouteOf(Item item) =>
        new[] { item.Route, item.Routes?.Default, item.Routes?.Rules?.FirstOrDefault()?.Path }.FirstOrDefault(route =>
            route is { Length: > 0 }
        );

    private sealed record Item(
        string? Route,
        RouteSet? Routes,
        Dictionary<string, string>? Metadata,
        string? DeadLetterTopic,
        Bulk? BulkSubscribe,
        string PubSubName = "",
        string Topic = ""
    );

    private sealed record RouteSet(string? Default, List<Rule>? Rules);

    private sealed record Rule(string? Match, string? Path);

    private sealed record Bulk(bool Enabled, int MaxMessagesCount);
}
