using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// Says in plain words why a request could not be bound. The messages of ASP.NET and System.Text.Json name C# types,
/// which mean nothing to a caller.
/// </summary>
public static partial class RequestErrors
{
    private const int MaxQuotedCharacters = 100;
    private const string ReaderException = "JsonReaderException";
    private const string NoTokens = "does not contain any JSON tokens";

    private static readonly Dictionary<string, string> Expectations = new()
    {
        ["int"] = "a whole number",
        ["long"] = "a whole number",
        ["decimal"] = "a number",
        ["bool"] = "true or false",
        ["Guid"] = "a UUID",
        ["DateTimeOffset"] = Rfc3339.Expectation,
        ["DateOnly"] = "a date, such as 2026-11-30",
    };

    /// <summary>A body that System.Text.Json could not read.</summary>
    /// <param name="type">What the body was read as; null where that is unknown.</param>
    /// <param name="options">How it was read.</param>
    internal static ProblemHttpResult OfJson(JsonException json, Type? type, JsonSerializerOptions options)
    {
        // The type is internal to System.Text.Json: malformed text, or text without any JSON.
        var reader = json.GetType().Name == ReaderException ? json : json.InnerException;
        if (reader?.GetType().Name != ReaderException)
            return Invalid(Explain(json, type, options), ("path", json.Path));
        return reader.Message.Contains(NoTokens, StringComparison.Ordinal)
            ? EmptyBody
            : Problems.Of(400, "malformed-json", "Malformed JSON", Position(json), ("path", json.Path));
    }

    /// <summary>A request that ASP.NET could not bind to the route's parameters.</summary>
    internal static ProblemHttpResult OfBinding(BadHttpRequestException exception)
    {
        // An empty body and a bare null reach no parser; ASP.NET reports them with this sentence only.
        if (exception.Message.StartsWith("Implicit body inferred", StringComparison.Ordinal))
            return EmptyBody;
        if (exception.StatusCode == StatusCodes.Status408RequestTimeout)
            return TooSlow;
        if (Unbound().Match(exception.Message) is { Success: true } unbound)
            return InvalidParameter(
                unbound.Groups["name"].Value,
                unbound.Groups["value"].Value,
                Expectations.GetValueOrDefault(unbound.Groups["type"].Value, "one of the allowed values")
            );

        if (Missing().Match(exception.Message) is { Success: true } missing)
            return Problems.Of(
                400,
                "missing-parameter",
                "A parameter is missing",
                $"The parameter '{missing.Groups["name"].Value}' is required."
            );
        return Problems.Of(exception.StatusCode, "bad-request", "Bad request", exception.Message);
    }

    /// <summary>408: the body arrived more slowly than a server waits for.</summary>
    public static ProblemHttpResult TooSlow =>
        Problems.Of(
            408,
            "too-slow",
            "Body sent too slowly",
            "The body was sent too slowly: after five seconds it must arrive with 240 bytes per second."
        );

    /// <summary>400: a parameter of the path or the query is not what it must be.</summary>
    internal static ProblemHttpResult InvalidParameter(string name, string value, string expectation) =>
        Problems.Of(
            400,
            "invalid-parameter",
            "A parameter is not valid",
            $"'{value[..Math.Min(value.Length, MaxQuotedCharacters)]}' is not a valid value of '{name}': "
                + $"it must be {expectation}."
        );

    private static ProblemHttpResult EmptyBody =>
        Invalid("The body is empty or null. Send a JSON object as the route's documentation describes it.");

    private static ProblemHttpResult Invalid(string detail, params (string Key, object? Value)[] extensions) =>
        Problems.Of(400, "invalid-body", "The request body is not valid", detail, extensions);

    private static string Position(JsonException json) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"The body is not valid JSON: line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}."
        );

    /// <summary>Says what is wrong with JSON that is well-formed, without names of C#.</summary>
    public static string Explain(JsonException json, Type? type, JsonSerializerOptions options)
    {
        if (UnknownMember().Match(json.Message) is { Success: true } unknown)
            return $"'{unknown.Groups["name"].Value}' is not a member of {Parent(json, unknown.Groups["name"].Value)}."
                + AllowedMembers(json.Path, type, options);
        if (DuplicateMember().Match(json.Message) is { Success: true } duplicate)
            return $"'{duplicate.Groups["name"].Value}' is given twice in {Parent(json, duplicate.Groups["name"].Value)}.";
        if (MissingMembers().Match(json.Message) is { Success: true } members)
            return $"Required members are missing: {members.Groups["names"].Value}.";
        if (Null().Match(json.Message) is { Success: true } member)
            return $"'{member.Groups["name"].Value}' must not be null.";
        return json.Message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal)
            ? $"The value at {json.Path} has the wrong type, or is not one of the allowed values."
            : WithoutPath().Replace(json.Message, "");
    }

    // $.lines[0].sku is a member of lines[0].
    private static string Parent(JsonException json, string name)
    {
        var path = json.Path ?? "$";
        if (path.EndsWith($".{name}", StringComparison.OrdinalIgnoreCase))
            path = path[..^(name.Length + 1)];
        else if (path.EndsWith($"['{name}']", StringComparison.OrdinalIgnoreCase))
            path = path[..^(name.Length + 4)];
        path = path.TrimStart('$').TrimStart('.');
        return path.Length == 0 ? "the body" : $"'{path}'";
    }

    private static string AllowedMembers(string? path, Type? type, JsonSerializerOptions options)
    {
        // The last segment is the unknown member itself.
        foreach (Match segment in PathSegment().Matches(path ?? "").SkipLast(1))
        {
            if (type is null)
                return "";
            var known = options.GetTypeInfo(type);
            type =
                known.Kind == JsonTypeInfoKind.Object
                    ? known
                        .Properties.FirstOrDefault(p =>
                            p.Name.Equals(segment.Groups["name"].Value, StringComparison.OrdinalIgnoreCase)
                        )
                        ?.PropertyType
                    : known.ElementType;
        }

        return
            type is not null
            && options.GetTypeInfo(type) is { Kind: JsonTypeInfoKind.Object, Properties: { Count: > 0 } members }
            ? $" Allowed: {string.Join(", ", members.Select(m => m.Name))}."
            : "";
    }

    [GeneratedRegex("""^The JSON property '(?<name>.*)' could not be mapped to any \.NET member""")]
    private static partial Regex UnknownMember();

    [GeneratedRegex("""^Duplicate property '(?<name>.*)' encountered""")]
    private static partial Regex DuplicateMember();

    [GeneratedRegex("""\.(?<name>[^.\[]+)|\[(?:\d+|'(?<name>.*?)')\]""")]
    private static partial Regex PathSegment();

    [GeneratedRegex("""^Failed to bind parameter "(?:Nullable<)?(?<type>\w+)>? (?<name>\w+)" from "(?<value>.*)"\.$""")]
    private static partial Regex Unbound();

    [GeneratedRegex("""^Required parameter "\S+ (?<name>\w+)" was not provided""")]
    private static partial Regex Missing();

    [GeneratedRegex("""missing required properties including: (?<names>'[^.]*')""")]
    private static partial Regex MissingMembers();

    [GeneratedRegex("""(?:constructor parameter|property or field) '(?<name>\w+)'.*null""")]
    private static partial Regex Null();

    [GeneratedRegex("""\s*Path: .* \| LineNumber: .*$""")]
    private static partial Regex WithoutPath();
}
