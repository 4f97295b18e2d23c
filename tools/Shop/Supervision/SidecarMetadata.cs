using System.Text.Json;

namespace DaprShop.Shop.Supervision;

/// <summary>Reads the answers of <c>/v1.0/metadata</c> (sidecar) and <c>/dapr/subscribe</c> (app).</summary>
internal static class SidecarMetadata
{
    /// <summary>What an app wants to subscribe to, as "component/topic".</summary>
    public static IEnumerable<string> Declared(JsonElement? subscribe) => Topics(subscribe);

    /// <summary>What a sidecar has subscribed to, as "component/topic".</summary>
    public static IEnumerable<string> Subscribed(JsonElement metadata) => Topics(Property(metadata, "subscriptions"));

    /// <summary>How many workflow workers are connected; the wedge shows as none.</summary>
    public static int ConnectedWorkers(JsonElement metadata) =>
        Property(metadata, "workflows") is { } workflows
        && Property(workflows, "connectedWorkers") is { ValueKind: JsonValueKind.Number } count
            ? count.GetInt32()
            : 0;

    private static IEnumerable<string> Topics(JsonElement? list) =>
        list is { ValueKind: JsonValueKind.Array } items
            ? items.EnumerateArray().Select(item => $"{Property(item, "pubsubname")}/{Property(item, "topic")}")
            : [];

    // The app's SDK and the sidecar do not agree on the case of their keys.
    private static JsonElement? Property(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object
            ? of.EnumerateObject()
                .Where(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                .Select(property => (JsonElement?)property.Value)
                .FirstOrDefault()
            : null;
}
