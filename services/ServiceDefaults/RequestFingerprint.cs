using System.Buffers;
using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// The one rule that says whether a repeated Idempotency-Key repeats its request: SHA-256 of the caller, the operation
/// and the members that were sent, sorted by name, numbers and times by value. A member that equals its default counts
/// as not sent, so a request from before a release that adds an optional member still has the same fingerprint. (The
/// default of a member must therefore never change, and where the default is a value, null must mean the same.)
/// </summary>
public static class RequestFingerprint
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    private static readonly ConcurrentDictionary<Type, Member[]> Members = new();

    /// <summary>The fingerprint of a request.</summary>
    /// <param name="caller">Who sent it.</param>
    /// <param name="operation">What it does: the same for every route that does the same.</param>
    /// <param name="body">As it was read; null where the route has no body.</param>
    public static byte[] Of(string caller, string operation, object? body)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteStringValue(caller);
            json.WriteStringValue(operation);
            Write(json, body);
            json.WriteEndArray();
        }

        return SHA256.HashData(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                return;
            case string text:
                json.WriteStringValue(text);
                return;
            case decimal number:
                // 4.5 and 4.50 are one number.
                json.WriteRawValue(
                    number.ToString("0.############################", CultureInfo.InvariantCulture),
                    skipInputValidation: true
                );
                return;
            case DateTimeOffset time:
                json.WriteStringValue(time.ToUniversalTime());
                return;
        }

        var type = Json.GetTypeInfo(value.GetType());
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                WriteMembers(json, type, value);
                break;
            case JsonTypeInfoKind.Enumerable:
                json.WriteStartArray();
                foreach (var element in (IEnumerable)value)
                    Write(json, element);
                json.WriteEndArray();
                break;
            default:
                JsonSerializer.Serialize(json, value, type);
                break;
        }
    }

    private static void WriteMembers(Utf8JsonWriter json, JsonTypeInfo type, object value)
    {
        json.WriteStartObject();
        foreach (var member in Members.GetOrAdd(type.Type, MembersOf, type))
        {
            if (member.Get(value) is not { } sent || sent.Equals(member.Default))
                continue;
            json.WritePropertyName(member.Name);
            Write(json, sent);
        }

        json.WriteEndObject();
    }

    private static Member[] MembersOf(Type _, JsonTypeInfo type)
    {
        // What a member that is no parameter of the constructor has where the body leaves it out.
        var blank = type.Properties.Any(p => p is { Get: not null, AssociatedParameter: null }) ? Blank(type) : null;
        return
        [
            .. type
                .Properties.Where(p => p.Get is not null)
                .OrderBy(p => p.Name, StringComparer.Ordinal)
                .Select(p => new Member(
                    p.Name,
                    p.Get!,
                    p.AssociatedParameter is null
                        ? blank is null
                            ? null
                            : p.Get!(blank)
                        : p.AssociatedParameter.HasDefaultValue
                            ? p.AssociatedParameter.DefaultValue
                            : null
                )),
        ];
    }

    private static object? Blank(JsonTypeInfo type) =>
        type.ConstructorAttributeProvider is ConstructorInfo constructor
            ? constructor.Invoke([
                .. constructor
                    .GetParameters()
                    .Select(p =>
                        p.HasDefaultValue ? p.DefaultValue
                        : p.ParameterType.IsValueType ? RuntimeHelpers.GetUninitializedObject(p.ParameterType)
                        : null
                    ),
            ])
            : null;

    /// <param name="Default">Null where the member has none, or where it is null: then it is never written.</param>
    private sealed record Member(string Name, Func<object, object?> Get, object? Default);
}
