using System.Text.Json;
using DaprShop.Payments.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using StandardWebhooks;
using StandardWebhooks.Diagnostics;

namespace DaprShop.Payments.Provider;

/// <summary>
/// <c>POST /webhooks/payments</c>: the provider reports about a payment. The report is a hint: the call that it names is
/// looked up now, so that webhooks may be late, doubled or out of order. Signed by the scheme of Standard Webhooks; one
/// that is older or newer than five minutes is refused.
/// </summary>
internal static class ReceiveWebhook
{
    private const string AuthorisationEnded = "payment_intent.canceled";

    // Also of an authorisation that the bank ended after a part of it was captured.
    private const string CapturedInPart = "payment_intent.succeeded";

    public static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        HttpRequest request,
        StandardWebhook webhooks,
        PaymentStore store,
        ProviderCallSignal signal,
        AuthorisationSignal authorisations,
        IFailpoints failpoints,
        CancellationToken cancellationToken
    )
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync(cancellationToken);
        try
        {
            webhooks.Verify(body, request.Headers);
        }
        catch (WebhookVerificationException e)
        {
            return Problems.Of(
                401,
                "invalid-webhook-signature",
                "Invalid webhook signature",
                $"{e.Message}. The headers webhook-id, webhook-timestamp and webhook-signature must sign the body with the "
                    + "secret that the shop shares with its provider."
            );
        }

        if (Read(body) is var (type, key))
        {
            await store.MakeDueAsync(key, cancellationToken);
            if (type is AuthorisationEnded or CapturedInPart)
            {
                await store.RenewNowAsync(key, cancellationToken);
                authorisations.Raise();
            }

            await failpoints.ReachAsync("receiving-webhook");
            signal.Raise();
        }

        return TypedResults.NoContent();
    }

    /// <summary>The type of the webhook and the key of the call that it is about; null for one about anything else.</summary>
    private static (string? Type, string Key)? Read(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var at = json.RootElement;
            foreach (var member in (ReadOnlySpan<string>)["data", "object", "metadata", "key"])
                if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(member, out at))
                    return null;
            return at.ValueKind == JsonValueKind.String
                ? (
                    json.RootElement.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
                        ? type.GetString()
                        : null,
                    at.GetString()!
                )
                : null;
        }
        catch (JsonException)
        {
            // Signed by the provider, but no report that the shop knows.
            return null;
        }
    }
}
