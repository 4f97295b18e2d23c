using System.Runtime.InteropServices;
using System.Text.Json;
using Dapr.AspNetCore;
using DaprShop.Contracts;
using Microsoft.AspNetCore.Http;

namespace DaprShop.Messaging;

/// <summary>
/// A bulk delivery as the sidecar sends it. It is read entry by entry: one that cannot be understood, whatever its
/// bytes are, must not hold up the others.
/// </summary>
internal sealed class BulkDelivery(IReadOnlyList<BulkDelivery.Entry> entries)
{
    // Other programs nest as deep as they like.
    private static readonly JsonDocumentOptions AnyDepth = new() { MaxDepth = 10_000 };

    public IReadOnlyList<Entry> Entries => entries;

    /// <summary>Reads a delivery on <paramref name="topic"/>.</summary>
    /// <exception cref="JsonException">Not a bulk delivery: no entry can be named in a response.</exception>
    public static async Task<BulkDelivery> ReadAsync(
        HttpRequest request,
        string topic,
        CancellationToken cancellationToken
    )
    {
        using var document = await JsonDocument.ParseAsync(request.Body, AnyDepth, cancellationToken);
        var entries = document.RootElement.GetProperty("entries");
        var producer = Topics.ProducerOf(topic);
        return new BulkDelivery([.. entries.EnumerateArray().Select(e => Entry.Of(e, producer))]);
    }

    /// <summary>The response that gives every entry the same status.</summary>
    public BulkSubscribeAppResponse AnswerAll(BulkSubscribeAppResponseStatus status) =>
        new([.. entries.Select(e => new BulkSubscribeAppResponseEntry(e.Id, status))]);

    /// <summary>One message of a bulk delivery.</summary>
    /// <param name="Page">Null where the message is not a page of the topic's producer.</param>
    /// <param name="Text">The message as text, where it is no such page.</param>
    /// <param name="Problem">Why it is none, as a sentence.</param>
    public sealed record Entry(string Id, EventPage? Page, string Text, string Problem)
    {
        public static Entry Of(JsonElement entry, string producer)
        {
            var id = entry.GetProperty("entryId").GetString()!;
            var message = entry.TryGetProperty("event", out var value) ? value : default;
            return PageOf(message, producer, out var problem) is { } page
                ? new Entry(id, page, "", "")
                : new Entry(
                    id,
                    null,
                    message.ValueKind == JsonValueKind.Undefined
                        ? ""
                        : ParkedText.Of(JsonMarshal.GetRawUtf8Value(message)),
                    problem
                );
        }

        private static EventPage? PageOf(JsonElement message, string producer, out string problem)
        {
            problem = "The message is not a page of events: ";
            if (message.ValueKind != JsonValueKind.Object)
                problem += "it is no CloudEvent.";
            else if (!message.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object)
                problem += "its data is no JSON object.";
            else
                try
                {
                    var page = data.Deserialize<EventPage>(JsonSerializerOptions.Web);
                    if (page is not { Producer: not null, Events: not null } || !page.Events.All(IsWhole))
                        problem += "its producer or a member of an event is missing.";
                    else if (page.Producer != producer)
                        problem =
                            $"The message is a page of another producer; only {producer} publishes on this topic.";
                    else
                        return page;
                }
                catch (Exception e) when (e is JsonException or InvalidOperationException)
                {
                    problem += "its content has another form.";
                }

            return null;
        }

        private static bool IsWhole(LoggedEvent? entry) =>
            entry is { Type: not null, Subject: not null, Data.ValueKind: not JsonValueKind.Undefined };
    }
}
