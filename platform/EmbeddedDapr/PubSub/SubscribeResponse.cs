using System.Text.Json;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.PubSub;

/// <summary>Reads an app's response to <c>GET /dapr/subscribe</c>.</summary>
internal static class SubscribeResponse
{
    private const int DefaultBulkSize = 100;

    /// <summary>Returns the supported subscriptions; calls <paramref name="reject"/> for each other one.</summary>
    /// <exception cref="JsonException">The response is malformed.</exception>
    public static IReadOnlyList<Subscription> Read(byte[] json, Sidecar sidecar, Action<TopicName, string> reject)
    {
        var subscriptions = new List<Subscription>();
        foreach (
            var item in JsonSerializer.Deserialize<List<DeclaredSubscription>>(json, JsonSerializerOptions.Web) ?? []
        )
        {
            if (Rejection(item, sidecar) is { } reason)
            {
                reject(new(item.PubSubName, item.Topic), reason);
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

    private static string? Rejection(DeclaredSubscription item, Sidecar sidecar) =>
        item switch
        {
            _ when !sidecar.Components.Any(c => c.IsPubSub && c.Name == item.PubSubName) =>
                $"{sidecar.AppId} has no pub/sub component of that name.",
            { Topic.Length: 0 } => "The subscription has no topic.",
            { Routes.Rules: { } rules } when rules.Exists(rule => rule.Match is { Length: > 0 }) =>
                "Routing rules with a match are not supported by the embedded sidecar.",
            _ when RouteOf(item) is null => "The subscription has no route.",
            _ => null,
        };

    private static string? RouteOf(DeclaredSubscription item) =>
        new[] { item.Route, item.Routes?.Default, item.Routes?.Rules?.FirstOrDefault()?.Path }.FirstOrDefault(route =>
            route is { Length: > 0 }
        );

    private sealed record DeclaredSubscription(
        string? Route,
        RouteSet? Routes,
        Dictionary<string, string>? Metadata,
        string? DeadLetterTopic,
        DeclaredBulk? BulkSubscribe,
        string PubSubName = "",
        string Topic = ""
    );

    private sealed record RouteSet(string? Default, List<Rule>? Rules);

    private sealed record Rule(string? Match, string? Path);

    private sealed record DeclaredBulk(bool Enabled, int MaxMessagesCount);
}
