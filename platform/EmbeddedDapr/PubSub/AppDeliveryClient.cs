using System.Net.Http.Headers;
using System.Text.Json;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.PubSub;

/// <summary>Posts messages to a subscription's route and reads the app's response.</summary>
internal sealed class AppDeliveryClient(Sidecar sidecar, Subscription subscription, AppClient client)
{
    private readonly TopicName _topic = new(subscription.PubSub, subscription.Topic);

    /// <summary>Returns one result per message, in order. Failures become results; nothing is thrown.</summary>
    public async Task<DeliveryResult[]> SendAsync(IReadOnlyList<LeasedMessage> messages) =>
        subscription.BulkSize > 0 ? await SendBulkAsync(messages) : await Task.WhenAll(messages.Select(SendOneAsync));

    private async Task<DeliveryResult[]> SendBulkAsync(IReadOnlyList<LeasedMessage> messages)
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
            var statuses = JsonSerializer.Deserialize<BulkStatuses>(body, JsonSerializerOptions.Web)?.Statuses ?? [];
            var byEntry = statuses.Where(s => s.EntryId is not null).ToLookup(s => s.EntryId!, s => s.Status);
            return
            [
                .. messages.Select(m =>
                    byEntry[BulkEnvelope.EntryIdOf(m)] switch
                    {
                        var answers when answers.Any() => DeliveryResult.OfStatus(answers.First()),
                        _ => new DeliveryResult(
                            DeliveryOutcome.Failed,
                            "The app's response has no status for the entry."
                        ),
                    }
                ),
            ];
        }
        catch (JsonException e)
        {
            return
            [
                .. messages.Select(_ => new DeliveryResult(
                    DeliveryOutcome.Failed,
                    $"The app's bulk response is malformed: {e.Message}"
                )),
            ];
        }
    }

    private async Task<DeliveryResult> SendOneAsync(LeasedMessage message)
    {
        var payload = subscription.Raw ? CloudEvents.OfRaw(message.Payload, _topic) : message.Payload;
        var (body, failure) = await PostAsync(payload, CloudEvents.ContentType, headers =>
        {
            foreach (var (name, value) in message.Metadata)
                headers.TryAddWithoutValidation(name, value);
            if (BulkEnvelope.TraceParentOf(payload) is { Length: > 0 } parent)
                headers.TryAddWithoutValidation("traceparent", parent);
        });
        return failure ?? DeliveryResult.OfStatus(StatusOf(body));
    }

    private async Task<(byte[] Body, DeliveryResult? Failure)> PostAsync(
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
            // No timeout: one shorter than the handler would deliver a handled message twice.
            using var response = await client.SendAsync(request, CancellationToken.None);
            var answer = await response.Content.ReadAsByteArrayAsync();
            return response.IsSuccessStatusCode
                ? (answer, null)
                : ([], new DeliveryResult(DeliveryOutcome.Failed, $"The app returned {(int)response.StatusCode}."));
        }
        catch (Exception e) when (AppClient.IsUnreachable(e))
        {
            return ([], new DeliveryResult(DeliveryOutcome.Unreachable, e.Message));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return ([], new DeliveryResult(DeliveryOutcome.Failed, e.Message));
        }
    }

    private static string? StatusOf(byte[] body)
    {
        try
        {
            return body.Length == 0
                ? null
                : JsonSerializer.Deserialize<MessageStatus>(body, JsonSerializerOptions.Web)?.Status;
        }
        catch (JsonException)
        {
            // Like daprd: a success status with an unreadable body is a success.
            return null;
        }
    }

    private sealed record MessageStatus(string? Status);

    private sealed record BulkStatuses(List<EntryStatus>? Statuses);

    private sealed record EntryStatus(string? EntryId, string? Status);
}
