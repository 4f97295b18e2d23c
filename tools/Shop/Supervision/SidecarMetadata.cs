using System.Text.Json;

namespace DaprShop.Shop.Supervision;

/// <summary>Reads the responses of <c>/v1.0/metadata</c> (sidecar) and <c>/dapr/subscribe</c> (app).</summary>
internal static class SidecarMetadata
{
    /// <summary>The subscriptions that an app declares, as "component/topic".</summary>
    public static IEnumerable<string> Declared(JsonElement? subscribe) => Topics(subscribe);

    /// <summary>The subscriptions that a sidecar has made, as "component/topic".</summary>
    public static IEnumerable<string> Subscribed(JsonElement metadata) => Topics(Property(metadata, "subscriptions"));

    /// <summary>The number of connected workflow workers; 0 when the sidecar is wedged.</summary>
    public static int ConnectedWorkers(JsonElement metadata) =>
        Property(metadata, "workflows") is { } workflows
        && Property(workflows, "connectedWorkers") is { ValueKind: JsonValueKind.Number } count
            ? count.GetInt32()
            : 0;

    /// <summary>True when the sidecar has loaded the component.</summary>
    public static bool HasComponent(JsonElement metadata, string name) =>
        Property(metadata, "components") is { ValueKind: JsonValueKind.Array } components
        && components.EnumerateArray().Any(component => $"{Property(component, "name")}" == name);

    private static IEnumerable<string> Topics(JsonElement? list) =>
        list is { ValueKind: JsonValueKind.Array } items
            ? items.EnumerateArray().Select(item => $"{Property(item, "pubsubname")}/{Property(item, "topic")}")
            : [];

    // The app's SDK and the sidecar write their keys in different case.
    private static JsonElement? Property(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object
            ? of.EnumerateObject()
                .Where(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                .Select(property => (JsonElement?)property.Value)
                .FirstOrDefault()
            : null;
}
