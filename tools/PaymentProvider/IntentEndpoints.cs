using System.Data;
using System.Globalization;
using Dapper;

namespace DaprShop.PaymentProvider;

/// <summary><c>/v1/payment_intents</c>: authorise, capture, cancel, look up.</summary>
internal static class IntentEndpoints
{
    /// <summary>Requests that <c>tok_flaky</c> leaves undone.</summary>
    public const int FlakyRefusals = 2;

    private static readonly TimeSpan ProcessingTime = TimeSpan.FromSeconds(1);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/payment_intents", CreateAsync);
        api.MapGet("/payment_intents", ListAsync);
        api.MapGet("/payment_intents/search", SearchAsync);
        api.MapGet("/payment_intents/{id}", GetAsync);
        api.MapPost("/payment_intents/{id}/capture", CaptureAsync);
        api.MapPost("/payment_intents/{id}/cancel", CancelAsync);
    }

    /// <summary>
    /// Form: amount (minor units), currency, payment_method, capture_method (automatic or manual), confirm,
    /// metadata[reference].
    /// </summary>
    private static async Task<IResult> CreateAsync(
        HttpContext context,
        IntentStore intents,
        FaultPlan plan,
        ProviderSettings settings,
        TimeProvider time
    )
    {
        var stop = context.RequestAborted;
        var request = await ApiRequest.ReadAsync(context.Request);
        if (request.Problem(needsAmount: true) is { } problem)
            return problem.ToResult();
        var token = request["payment_method"];
        var faults = plan.Current;
        var answer = await intents.AnswerOnceAsync(
            request.Key,
            request.Parameters,
            db => Create(db, request, token, intents, faults),
            CancellationToken.None
        );
        if (answer is null)
            return Answer.Error(503, "api_error", "unavailable", "The provider is unavailable.").ToResult();
        if (token == "tok_timeout" && request["confirm"] == "true")
            await Task.Delay(TimeSpan.FromMilliseconds(settings.TimeoutTokenMilliseconds), time, stop);
        return answer.ToResult();
    }

    private static Answer? Create(
        IDbConnection db,
        ApiRequest request,
        string token,
        IntentStore intents,
        Faults faults
    )
    {
        var draft = new Intent(
            $"pi_{Guid.CreateVersion7():n}",
            request.Key,
            request["metadata[reference]"],
            request.Amount,
            request["currency"],
            token,
            request["capture_method"] == "manual",
            IntentStatus.RequiresConfirmation,
            0,
            0,
            0
        );
        if (request["confirm"] != "true")
            return Answer.Ok(intents.Insert(db, draft));
        if (token == "tok_flaky" && !WasRefusedOftenEnough(db, request.Key))
            return null;
        if (Decline(db, draft, faults) is { } reason)
        {
            var declined = intents.Insert(db, draft with { Status = IntentStatus.RequiresPaymentMethod });
            return Answer.Error(402, "card_error", "card_declined", reason, declined);
        }

        var isProcessing = token == "tok_late" || FaultPlan.Hits(faults.Processing, request.Key);
        var intent = intents.Insert(
            db,
            isProcessing ? draft with { Status = IntentStatus.Processing }
                : draft.Manual ? intents.Authorised(draft)
                : draft with { Status = IntentStatus.Succeeded, Captured = draft.Amount }
        );
        if (intent.Captured > 0)
            intents.Post(db, "charge", intent.Key, intent.Reference, intent.Captured);
        if (isProcessing && token != "tok_late")
            intents.CompleteLater(db, intent, ProcessingTime);
        if (!isProcessing && FaultPlan.Hits(faults.WebhookFirst))
            intents.Report(db, intent);
        return Answer.Ok(intent);
    }

    private static bool WasRefusedOftenEnough(IDbConnection db, string key) =>
        db.ExecuteScalar<long>(
            """
            insert into refusals (key, count) values (@key, 1)
            on conflict (key) do update set count = count + 1 returning count
            """,
            new { key }
        ) > FlakyRefusals;

    /// <summary>The reason; null for a token that is not declined.</summary>
    private static string? Decline(IDbConnection db, Intent draft, Faults faults) =>
        draft.Token switch
        {
            "tok_declined" => "The provider declined the payment.",
            // A card that ends after its first payment: an authorisation cannot be renewed.
            "tok_once" => IntentStore.IsKnown(db, draft.Reference) ? "The provider declined the payment." : null,
            "tok_ok" or "tok_timeout" or "tok_flaky" or "tok_late" => FaultPlan.Hits(faults.Declined, draft.Key)
                ? "The provider declined the payment."
                : null,
            _ => "The provider does not know this payment token.",
        };

    private static async Task<IResult> SearchAsync(string key, IntentStore intents, CancellationToken cancel)
    {
        var intent = await intents.FindByKeyAsync(key, cancel);
        return Answer.Of(200, new { Data = intent is null ? [] : new[] { IntentBody.Of(intent) } }).ToResult();
    }

    /// <summary>The authorisations that are not captured in full; of one reference where it is named.</summary>
    private static async Task<IResult> ListAsync(
        IntentStore intents,
        CancellationToken cancel,
        string? reference = null
    ) => Answer.Of(200, new { Data = await intents.ListCapturableAsync(reference, cancel) }).ToResult();

    private static async Task<IResult> GetAsync(string id, IntentStore intents, CancellationToken cancel) =>
        await intents.FindAsync(id, cancel) is { } intent ? Answer.Ok(intent).ToResult() : Missing(id).ToResult();

    /// <summary>
    /// Form: amount_to_capture, final_capture. An intent is captured once or in parts, up to its amount. With the final
    /// capture, which is the default, the rest is given up.
    /// </summary>
    private static async Task<IResult> CaptureAsync(string id, HttpContext context, IntentStore intents, FaultPlan plan)
    {
        var request = await ApiRequest.ReadAsync(context.Request, "amount_to_capture");
        if (request.Problem(needsAmount: true) is { } problem)
            return problem.ToResult();
        var answer = await intents.AnswerOnceAsync(
            request.Key,
            id + request.Parameters,
            db =>
                IntentStore.Find(db, id) switch
                {
                    null => Missing(id),
                    { Status: IntentStatus.RequiresCapture } intent when request.Amount > intent.Capturable =>
                        Answer.Error(
                            400,
                            "invalid_request_error",
                            "amount_too_large",
                            $"Only {intent.Capturable} of {intent.Amount} can be captured.",
                            intent
                        ),
                    { Status: IntentStatus.RequiresCapture } intent
                        when FaultPlan.Hits(plan.Current.CaptureDeclined, request.Key) => Answer.Error(
                        402,
                        "card_error",
                        "card_declined",
                        "The provider declined to capture the money.",
                        intent
                    ),
                    { Status: IntentStatus.RequiresCapture } intent => Answer.Ok(
                        intents.Capture(
                            db,
                            intent,
                            request.Amount,
                            request.Key,
                            isLast: request["final_capture"] != "false"
                        )
                    ),
                    var intent => Answer.Error(
                        400,
                        "invalid_request_error",
                        "payment_intent_unexpected_state",
                        $"The payment is {intent.Status}, {intent.Captured} of {intent.Amount} captured.",
                        intent
                    ),
                },
            CancellationToken.None
        );
        return answer!.ToResult();
    }

    /// <summary>Cancels what is not captured. A payment that is processing cannot be cancelled.</summary>
    private static async Task<IResult> CancelAsync(string id, HttpContext context, IntentStore intents)
    {
        var request = await ApiRequest.ReadAsync(context.Request);
        if (request.Problem(needsAmount: false) is { } problem)
            return problem.ToResult();
        var answer = await intents.AnswerOnceAsync(
            request.Key,
            id,
            db =>
                IntentStore.Find(db, id) switch
                {
                    null => Missing(id),
                    {
                        Status: IntentStatus.RequiresCapture
                            or IntentStatus.RequiresConfirmation
                            or IntentStatus.RequiresPaymentMethod
                            or IntentStatus.Canceled
                    } intent => Answer.Ok(IntentStore.Cancel(db, intent)),
                    var intent => Answer.Error(
                        400,
                        "invalid_request_error",
                        "payment_intent_unexpected_state",
                        $"The payment is {intent.Status} and cannot be cancelled.",
                        intent
                    ),
                },
            CancellationToken.None
        );
        return answer!.ToResult();
    }

    private static Answer Missing(string id) =>
        Answer.Error(404, "invalid_request_error", "resource_missing", $"There is no payment {id}.");
}

/// <summary>A form-encoded request with its idempotency key.</summary>
internal sealed class ApiRequest
{
    private readonly IFormCollection _form;
    private readonly string _amount;

    private ApiRequest(string key, IFormCollection form, string amount)
    {
        (Key, _form, _amount) = (key, form, amount);
        Amount = long.TryParse(form[amount], CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    public string Key { get; }

    /// <summary>Minor units; 0 where it is missing or no whole number.</summary>
    public long Amount { get; }

    public string this[string field] => _form[field].ToString();

    /// <summary>All fields, in order: what an idempotency key belongs to.</summary>
    public string Parameters =>
        string.Join('&', _form.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}={f.Value}"));

    /// <param name="amount">The name of the field with the amount.</param>
    public static async Task<ApiRequest> ReadAsync(HttpRequest request, string amount = "amount") =>
        new(
            request.Headers["Idempotency-Key"].ToString(),
            request.HasFormContentType ? await request.ReadFormAsync() : FormCollection.Empty,
            amount
        );

    /// <summary>Null where the request is complete, else the refusal.</summary>
    public Answer? Problem(bool needsAmount) =>
        Key.Length == 0 ? Invalid("Idempotency-Key", "The header Idempotency-Key is required.")
        : needsAmount && Amount <= 0 ? Invalid(_amount, $"{_amount} must be a whole number greater than 0.")
        : null;

    private static Answer Invalid(string field, string message) =>
        Answer.Error(400, "invalid_request_error", $"parameter_invalid_{field}", message);
}
