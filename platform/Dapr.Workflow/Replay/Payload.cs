using System.Text.Json;

namespace Dapr.Workflow.Replay;

/// <summary>Values as JSON text. Nothing is the empty text, in both directions.</summary>
internal static class Payload
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { IncludeFields = true };

    public static string Write(object? value) =>
        value is null ? "" : JsonSerializer.Serialize(value, value.GetType(), Options);

    public static T? Read<T>(string? json) =>
        string.IsNullOrEmpty(json) ? default : JsonSerializer.Deserialize<T>(json, Options);

    public static object? Read(string? json, Type type)
    {
        if (!string.IsNullOrEmpty(json))
            return JsonSerializer.Deserialize(json, type, Options);
        return type.IsValueType ? Activator.CreateInstance(type) : null;
    }
}
