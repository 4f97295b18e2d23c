using System.Net.Http.Headers;
using System.Text.Json;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.PubSub;

/// <summary>Posts messages to a subscription's route and reads what the app says of them.</summary>
internal sealed class AppDelivery(Sidecar sidecar, Subscription subscription, AppClient client)
{
    private readonly TopicName _topic = new(subscription.PubSub, subscription.Topic);

    /// <summary>A verdict for each message, in their order. Never throws: what goes wrong is the verdict.</summary>
    public async Task<Verdict[]> SendAsync(IReadOnlyList<Leased> messages) =>
        subscription.BulkSize > 0 ? await SendBulkAsync(messages) : await Task.WhenAll(messages.Select(SendOneAsync));

    private async Task<Verdict[]> SendBulkAsync(IReadOnlyList<Leased> messages)
    {
        var (body, failure) = await PostAsync(
            BulkEnvelope.Write(messages, _topic, subscription.Raw),
            "application/json",
            _ => { }
        );
        if (failure is { } failed)
            return [.. messages.Select(_ => failed)];
        try
        {
            var statuses = JsonSerializer.Deserialize<BulkAnswer>(body, JsonSerializerOptions.Web)?.Statuses ?? [];
            var byEntry = statuses.Where(s => s.EntryId is not null).ToLookup(s => s.EntryId!, s => s.Status);
            return
            [
                .. messages.Select(m =>
                    byEntry[BulkEnvelope.EntryIdOf(m)] switch
                    {
                        var answers when answers.Any() => Verdict.OfStatus(answers.First()),
                        _ => new Verdict(Answer.Retry, "The entry is missing in the app's answer."),
                    }
                ),
            ];
        }
        catch (JsonException e)
        {
            return
            [
                .. messages.Select(_ => new Verdict(
                    Answer.Retry,
                    $"The app's answer to a bulk cannot be read: {e.Message}"
                )),
            ];
        }
    }

    private async Task<Verdict> SendOneAsync(Leased message)
    {
        var payload = subscription.Raw ? CloudEvents.OfRaw(message.Payload, _topic) : message.Payload;
        var (body, failure) = await PostAsync(payload, CloudEvents.ContentType, headers =>
        {
            foreach (var (name, value) in message.Metadata)
                headers.TryAddWithoutValidation(name, value);
            if (BulkEnvelope.TraceParentOf(payload) is { Length: > 0 } parent)
                headers.TryAddWithoutValidation("traceparent", parent);
        });
        return failure ?? Verdict.OfStatus(StatusOf(body));
    }

    private async Task<(byte[] Body, Verdict? Failure)> PostAsync(
        ReadOnlyMemory<byte> body,
        string contentType,
        Action<HttpRequestHeaders> headers
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(sidecar.AppAddress, subscription.Route))
        {
            Content = new ReadOnlyMemoryContent(body),
        };
        request.Content.Headers.ContentType = new(contentType);
        request.Headers.Add("pubsubname", subscription.PubSub);
        headers(request.Headers);
        if (sidecar.AppToken is { } token)
            request.Headers.Add(ApiTokens.Header, token);
        try
        {
            // No time limit: one shorter than the handler would deliver twice what was handled.
            using var response = await client.SendAsync(request, CancellationToken.None);
            var answer = await response.Content.ReadAsByteArrayAsync();
            return response.IsSuccessStatusCode
                ? (answer, null)
                : ([], new Verdict(Answer.Retry, $"The app answered {(int)response.StatusCode}."));
        }
        catch (Exception e) when (AppClient.IsAway(e))
        {
            return ([], new Verdict(Answer.Away, e.Message));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return ([], new Verdict(Answer.Retry, e.Message));
        }
    }

    private static string? StatusOf(byte[] body)
    {
        try
        {
            return body.Length == 0
                ? null
                : JsonSerializer.Deserialize<SingleAnswer>(body, JsonSerializerOptions.Web)?.Status;
        }
        catch (JsonException)
        {
            // As daprd takes it: a success whose body is of no concern.
            return null;
        }
    }

    private sealed record SingleAnswer(string? Status);

    private sealed record BulkAnswer(List<EntryAnswer>? Statuses);

    private sealed record EntryAnswer(string? EntryId, string? Status);
}
