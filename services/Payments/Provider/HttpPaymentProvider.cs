using System.Globalization;
using System.Net;
using System.Text.Json;
using DaprShop.Payments.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Payments.Provider;

/// <summary>
/// A provider over HTTP, by the shape of an API that many shops use: payment intents, form-encoded requests, amounts in
/// minor units, an <c>Idempotency-Key</c>, our own key and reference as metadata. The simulated provider
/// (tools/PaymentProvider) speaks it too.
/// </summary>
internal sealed class HttpPaymentProvider(IHttpClientFactory clients, ILogger<HttpPaymentProvider> logger)
    : IPaymentProvider
{
    public const string Client = "payment-provider";
    private const string Currency = "gbp";
    private const string RequiresCapture = "requires_capture";
    private const string UnexpectedState = "payment_intent_unexpected_state";
    private const int MaxQuotedCharacters = 300;
    private static readonly TimeSpan DefaultRetryAfter = TimeSpan.FromSeconds(1);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public Task<ProviderAnswer> ChargeAsync(ProviderCall call, CancellationToken cancellationToken) =>
        PostAsync<IntentBody>(
            call,
            "v1/payment_intents",
            call.Key,
            [.. Intent(call), new("confirm", "true")],
            intent => AnswerOf(call, intent),
            cancellationToken
        );

    // A charge that was lost on its way could still arrive after it was looked up in vain. So its key is used first, for
    // a payment without confirmation: the charge, arriving later, is refused because its key was used. Where the charge
    // was first, this request is refused for the same reason, and the look-up finds the charge.
    public Task<ProviderAnswer> WithdrawAsync(ProviderCall call, CancellationToken cancellationToken) =>
        AnswerAsync(() => CancelAsync(call, cancellationToken));

    private async Task<ProviderAnswer> CancelAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        var found = await FindAsync(call, cancellationToken);
        if (found is null)
        {
            var created = await PostAsync<IntentBody>(
                call,
                "v1/payment_intents",
                call.Key,
                [.. Intent(call), new("confirm", "false")],
                body => new ProviderAnswer(AnswerKind.NotFound, body.Id),
                cancellationToken
            );
            if (created.Kind is AnswerKind.Unknown or AnswerKind.Throttled)
                return created;
            found = await FindAsync(call, cancellationToken);
        }

        if (found is null)
            return new ProviderAnswer(AnswerKind.Unknown, Reason: "The provider does not find the payment.");
        var answer = AnswerOf(call, found);
        if (answer.Kind is AnswerKind.Done or AnswerKind.Declined or AnswerKind.Cancelled)
            return answer;
        var cancelled = await PostAsync<IntentBody>(
            call,
            $"v1/payment_intents/{found.Id}/cancel",
            $"{call.Key}-cancel-{call.Attempts}",
            [],
            intent => AnswerOf(call, intent),
            cancellationToken
        );
        // What is being processed cannot be cancelled: its outcome is looked up until there is one.
        return answer.Kind == AnswerKind.Processing && cancelled.Kind == AnswerKind.Unknown ? answer : cancelled;
    }

    public Task<ProviderAnswer> CaptureAsync(ProviderCall call, CancellationToken cancellationToken) =>
        PostAsync<IntentBody>(
            call,
            $"v1/payment_intents/{call.ProviderId}/capture",
            call.Key,
            [
                new("amount_to_capture", MinorUnits.Count(call.Amount).ToString(CultureInfo.InvariantCulture)),
                new("final_capture", call.Operation == CallOperation.LastCapture ? "true" : "false"),
                .. Metadata(call),
            ],
            _ => new ProviderAnswer(AnswerKind.Done),
            cancellationToken
        );

    public Task<ProviderAnswer> VoidAsync(ProviderCall call, CancellationToken cancellationToken) =>
        PostAsync<IntentBody>(
            call,
            $"v1/payment_intents/{call.ProviderId}/cancel",
            call.Key,
            [],
            _ => new ProviderAnswer(AnswerKind.Done),
            cancellationToken
        );

    public Task<ProviderAnswer> RefundAsync(ProviderCall call, CancellationToken cancellationToken) =>
        PostAsync<DoneBody>(
            call,
            "v1/refunds",
            call.Key,
            [new("payment_intent", call.ProviderId!), Amount(call), .. Metadata(call)],
            _ => new ProviderAnswer(AnswerKind.Done),
            cancellationToken
        );

    public Task<ProviderAnswer> PayOutAsync(ProviderCall call, CancellationToken cancellationToken) =>
        PostAsync<DoneBody>(
            call,
            "v1/payouts",
            call.Key,
            [Amount(call), new("currency", Currency), .. Metadata(call)],
            _ => new ProviderAnswer(AnswerKind.Done),
            cancellationToken
        );

    public Task<ProviderAnswer> LookUpAsync(ProviderCall call, CancellationToken cancellationToken) =>
        AnswerAsync(async () =>
        {
            if (call.Operation is CallOperation.Charge or CallOperation.Authorise or CallOperation.Renewal)
                return await FindAsync(call, cancellationToken) is { } intent
                    ? AnswerOf(call, intent)
                    : new ProviderAnswer(AnswerKind.NotFound);
            var made = await GetAsync<ListBody<DoneBody>>(
                $"v1/balance_transactions/search?key={Uri.EscapeDataString(call.Key)}",
                cancellationToken
            );
            return new ProviderAnswer(made.Data.Count > 0 ? AnswerKind.Done : AnswerKind.NotFound);
        });

    /// <summary>Turns a request that failed, or an answer that is none, into an unknown outcome.</summary>
    private static async Task<ProviderAnswer> AnswerAsync(Func<Task<ProviderAnswer>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (TransientErrors.IsTransient(e) || e is JsonException)
        {
            return new ProviderAnswer(AnswerKind.Unknown, Reason: NoAnswer(e));
        }
    }

    private async Task<IntentBody?> FindAsync(ProviderCall call, CancellationToken cancellationToken) =>
        (
            await GetAsync<ListBody<IntentBody>>(
                $"v1/payment_intents/search?key={Uri.EscapeDataString(call.Key)}",
                cancellationToken
            )
        ).Data.SingleOrDefault();

    private static ProviderAnswer AnswerOf(ProviderCall call, IntentBody intent) =>
        intent.Status switch
        {
            RequiresCapture when call.Operation != CallOperation.Charge => new ProviderAnswer(
                AnswerKind.Done,
                intent.Id,
                AuthorisedUntil: intent.LatestCharge?.PaymentMethodDetails?.Card?.CaptureBefore is { } seconds
                    ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                    : null
            ),
            "succeeded" => new ProviderAnswer(AnswerKind.Done, intent.Id),
            "canceled" => new ProviderAnswer(AnswerKind.Cancelled, intent.Id),
            "requires_payment_method" => new ProviderAnswer(
                AnswerKind.Declined,
                intent.Id,
                "The provider declined the payment."
            ),
            "processing" => new ProviderAnswer(
                AnswerKind.Processing,
                intent.Id,
                "The provider will report later whether it captured the money."
            ),
            _ => new ProviderAnswer(AnswerKind.NotFound, intent.Id),
        };

    private static KeyValuePair<string, string> Amount(ProviderCall call) =>
        new("amount", MinorUnits.Count(call.Amount).ToString(CultureInfo.InvariantCulture));

    private static KeyValuePair<string, string>[] Metadata(ProviderCall call) =>
        [new("metadata[key]", call.Key), new("metadata[reference]", call.Reference)];

    private static KeyValuePair<string, string>[] Intent(ProviderCall call) =>
        [
            Amount(call),
            new("currency", Currency),
            new("payment_method", call.Token ?? ""),
            new("capture_method", call.Operation == CallOperation.Charge ? "automatic" : "manual"),
            .. Metadata(call),
        ];

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var response = await clients.CreateClient(Client).GetAsync(path, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<T>(Json, cancellationToken))
            ?? throw new JsonException("The provider answered null.");
    }

    private Task<ProviderAnswer> PostAsync<T>(
        ProviderCall call,
        string path,
        string key,
        IEnumerable<KeyValuePair<string, string>> form,
        Func<T, ProviderAnswer> answer,
        CancellationToken cancellationToken
    ) =>
        AnswerAsync(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path)
            {
                Content = new FormUrlEncodedContent(form),
            };
            request.Headers.Add("Idempotency-Key", key);
            using var response = await clients.CreateClient(Client).SendAsync(request, cancellationToken);
            if (response.IsSuccessStatusCode)
                return answer(
                    await response.Content.ReadFromJsonAsync<T>(Json, cancellationToken)
                        ?? throw new JsonException("The provider answered null.")
                );
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
                return new ProviderAnswer(
                    AnswerKind.Throttled,
                    Reason: "The provider asked the shop to wait.",
                    RetryAfter: response.Headers.RetryAfter?.Delta ?? DefaultRetryAfter
                );
            return await RefusedAsync(call, response, cancellationToken);
        });

    private async Task<ProviderAnswer> RefusedAsync(
        ProviderCall call,
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        if (response.StatusCode == HttpStatusCode.PaymentRequired)
        {
            var error = ErrorOf(body);
            return new ProviderAnswer(
                AnswerKind.Declined,
                error?.PaymentIntent?.Id,
                error?.Message ?? "The provider declined the payment."
            );
        }

        // The authorisation has ended, so that there is nothing to capture, or to void. (An authorisation that was
        // captured in full has succeeded.)
        if (response.StatusCode == HttpStatusCode.BadRequest && ErrorOf(body)?.Code == UnexpectedState)
        {
            if (call.Operation is CallOperation.Capture or CallOperation.LastCapture)
                return new ProviderAnswer(
                    AnswerKind.Cancelled,
                    Reason: "The authorisation of the payment has ended at the provider."
                );
            if (call.Operation == CallOperation.Void)
                return new ProviderAnswer(AnswerKind.Done);
        }

        // A refusal of the request itself (a wrong key, an unknown payment) says nothing about the card. It is a fault
        // of the shop or of its settings: an operator reads it in the log, and the call is repeated until it is mended.
        if ((int)response.StatusCode < 500)
            logger.LogCallRefused(
                call.Key,
                (int)response.StatusCode,
                body[..Math.Min(body.Length, MaxQuotedCharacters)]
            );
        return new ProviderAnswer(
            AnswerKind.Unknown,
            Reason: (int)response.StatusCode >= 500
                ? "The provider is unavailable."
                : $"The provider refused the request ({(int)response.StatusCode})."
        );
    }

    private static ErrorDetail? ErrorOf(string body) => JsonSerializer.Deserialize<ErrorBody>(body, Json)?.Error;

    private static string NoAnswer(Exception exception) =>
        exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
            ? "The provider is unavailable."
            : "The provider did not answer in time.";

    private sealed record IntentBody(string Id, string Status, ChargeBody? LatestCharge = null);

    private sealed record ChargeBody(MethodDetails? PaymentMethodDetails);

    private sealed record MethodDetails(CardDetails? Card);

    private sealed record CardDetails(long? CaptureBefore);

    private sealed record DoneBody(long Amount);

    private sealed record ListBody<T>(IReadOnlyList<T> Data);

    private sealed record ErrorBody(ErrorDetail? Error);

    private sealed record ErrorDetail(string? Code, string? Message, IntentBody? PaymentIntent);
}
