using System.Data;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;

namespace DaprShop.PaymentProvider;

/// <summary>An answer: status code and body, as stored for repeats of the request.</summary>
internal sealed record Answer(int Status, string Body)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public static Answer Of(int status, object body) => new(status, JsonSerializer.Serialize(body, Json));

    public static Answer Ok(Intent intent) => Of(200, IntentBody.Of(intent));

    /// <summary>An error as the API describes it.</summary>
    /// <param name="type">card_error, invalid_request_error, idempotency_error or api_error.</param>
    public static Answer Error(int status, string type, string code, string message, Intent? intent = null) =>
        Of(
            status,
            new
            {
                Error = new
                {
                    Type = type,
                    Code = code,
                    Message = message,
                    PaymentIntent = intent is null ? null : IntentBody.Of(intent),
                },
            }
        );

    public IResult ToResult() => Results.Text(Body, "application/json", statusCode: Status);
}

/// <summary>A payment intent as the API shows it.</summary>
internal sealed record IntentBody(
    string Id,
    string Object,
    long Amount,
    long AmountCapturable,
    long AmountReceived,
    long AmountRefunded,
    string Currency,
    string Status,
    IReadOnlyDictionary<string, string> Metadata,
    long Created,
    ChargeBody? LatestCharge
)
{
    public static IntentBody Of(Intent intent) =>
        new(
            intent.Id,
            "payment_intent",
            intent.Amount,
            intent.Capturable,
            intent.Captured,
            intent.Refunded,
            intent.Currency,
            intent.Status,
            new Dictionary<string, string> { ["key"] = intent.Key, ["reference"] = intent.Reference },
            intent.Created,
            intent.CaptureBefore is > 0 and var at
                ? new ChargeBody(new MethodDetails(new CardDetails(at / 1000)))
                : null
        );
}

/// <summary>The charge of an intent as the API shows it, down to when its authorisation ends.</summary>
internal sealed record ChargeBody(MethodDetails PaymentMethodDetails);

internal sealed record MethodDetails(CardDetails Card);

/// <param name="CaptureBefore">Seconds since 1970.</param>
internal sealed record CardDetails(long CaptureBefore);

/// <summary>Answers each request once per idempotency key, and changes intents.</summary>
internal sealed class IntentStore(ProviderLedger ledger, ProviderSettings settings, TimeProvider time)
{
    /// <summary>
    /// The stored answer of an earlier request with this key; else the answer of <paramref name="execute"/>, which is
    /// stored with its effects. A key that was used with other parameters is refused.
    /// </summary>
    /// <param name="execute">Null: no answer, and nothing is stored (a server error before the request was carried out).</param>
    public Task<Answer?> AnswerOnceAsync(
        string key,
        string parameters,
        Func<IDbConnection, Answer?> execute,
        CancellationToken cancellationToken
    )
    {
        var fingerprint = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(parameters)));
        return ledger.TransactAsync(
            db =>
            {
                var earlier = db.QuerySingleOrDefault<StoredAnswer>(
                    "select fingerprint, status, body from answers where key = @key",
                    new { key }
                );
                if (earlier is not null)
                    return earlier.Fingerprint == fingerprint
                        ? new Answer((int)earlier.Status, earlier.Body)
                        : Answer.Error(
                            400,
                            "idempotency_error",
                            "idempotency_key_in_use",
                            "This idempotency key was used with other parameters."
                        );
                if (execute(db) is not { } answer)
                    return null;
                db.Execute(
                    "insert into answers (key, fingerprint, status, body) values (@key, @fingerprint, @Status, @Body)",
                    new
                    {
                        key,
                        fingerprint,
                        answer.Status,
                        answer.Body,
                    }
                );
                return answer;
            },
            cancellationToken
        );
    }

    public Task<Intent?> FindAsync(string id, CancellationToken cancellationToken) =>
        ledger.TransactAsync(db => Find(db, id), cancellationToken);

    /// <summary>The authorisations that are not captured in full.</summary>
    public Task<List<IntentBody>> ListCapturableAsync(string? reference, CancellationToken cancellationToken) =>
        ledger.TransactAsync(
            db =>
                db.Query<IntentRow>(
                        $"{Select} where status = '{IntentStatus.RequiresCapture}' "
                            + "and (@reference is null or reference = @reference)",
                        new { reference }
                    )
                    .Select(row => IntentBody.Of(row.ToIntent()))
                    .ToList(),
            cancellationToken
        );

    public Task<Intent?> FindByKeyAsync(string key, CancellationToken cancellationToken) =>
        ledger.TransactAsync(
            db => db.QuerySingleOrDefault<IntentRow>($"{Select} where key = @key", new { key })?.ToIntent(),
            cancellationToken
        );

    /// <summary>
    /// The provider finishes the payments of <paramref name="reference"/> that are processing, and reports each by a
    /// webhook. Returns their number.
    /// </summary>
    public Task<int> CompleteAsync(string reference, bool declined, CancellationToken cancellationToken) =>
        ledger.TransactAsync(
            db =>
                Complete(
                    db,
                    db.Query<IntentRow>(
                        $"{Select} where reference = @reference and status = '{IntentStatus.Processing}'",
                        new { reference }
                    ),
                    declined
                ),
            cancellationToken
        );

    /// <summary>Finishes the payments whose processing time has passed. Returns their number.</summary>
    public Task<int> CompleteDueAsync(CancellationToken cancellationToken) =>
        ledger.TransactAsync(
            db =>
                Complete(
                    db,
                    db.Query<IntentRow>(
                        $"{Select} where completes_at <= @now and status = '{IntentStatus.Processing}'",
                        new { now = time.GetUtcNow().ToUnixTimeMilliseconds() }
                    ),
                    declined: false
                ),
            cancellationToken
        );

    /// <summary>Lets the payment be processed until <paramref name="processingTime"/> has passed.</summary>
    public void CompleteLater(IDbConnection db, Intent intent, TimeSpan processingTime) =>
        db.Execute(
            "update intents set completes_at = @at where id = @Id",
            new { intent.Id, at = (time.GetUtcNow() + processingTime).ToUnixTimeMilliseconds() }
        );

    private int Complete(IDbConnection db, IEnumerable<IntentRow> rows, bool declined)
    {
        var processing = rows.Select(row => row.ToIntent()).ToList();
        foreach (var intent in processing)
        {
            var completed =
                declined ? Save(db, intent with { Status = IntentStatus.RequiresPaymentMethod })
                : intent.Manual ? Save(db, Authorised(intent))
                : Capture(db, intent, intent.Amount, intent.Key, isLast: true);
            db.Execute("update intents set completes_at = null where id = @Id", completed);
            Report(db, completed);
        }

        return processing.Count;
    }

    /// <summary>An authorisation that stands from now on.</summary>
    public Intent Authorised(Intent intent) =>
        intent with
        {
            Status = IntentStatus.RequiresCapture,
            CaptureBefore = (
                time.GetUtcNow() + TimeSpan.FromSeconds(settings.AuthorisationSeconds)
            ).ToUnixTimeMilliseconds(),
        };

    /// <summary>Ends what is authorised and not captured. What was captured stays.</summary>
    public static Intent Cancel(IDbConnection db, Intent intent) =>
        Save(db, intent with { Status = intent.Captured > 0 ? IntentStatus.Succeeded : IntentStatus.Canceled });

    /// <summary>The provider ends the authorisations of <paramref name="reference"/>, as banks do after some days.</summary>
    public Task<int> LapseAsync(string reference, CancellationToken cancellationToken) =>
        ledger.TransactAsync(
            db =>
                Lapse(
                    db,
                    db.Query<IntentRow>(
                        $"{Select} where reference = @reference and status = '{IntentStatus.RequiresCapture}'",
                        new { reference }
                    )
                ),
            cancellationToken
        );

    /// <summary>Ends the authorisations that were not captured in time. Returns their number.</summary>
    public Task<int> LapseDueAsync(CancellationToken cancellationToken) =>
        ledger.TransactAsync(
            db =>
                Lapse(
                    db,
                    db.Query<IntentRow>(
                        $"{Select} where capture_before <= @now and status = '{IntentStatus.RequiresCapture}'",
                        new { now = time.GetUtcNow().ToUnixTimeMilliseconds() }
                    )
                ),
            cancellationToken
        );

    private int Lapse(IDbConnection db, IEnumerable<IntentRow> rows)
    {
        var lapsing = rows.Select(row => row.ToIntent()).ToList();
        foreach (var intent in lapsing)
            Report(db, Cancel(db, intent));
        return lapsing.Count;
    }

    public static Intent? Find(IDbConnection db, string id) =>
        db.QuerySingleOrDefault<IntentRow>($"{Select} where id = @id", new { id })?.ToIntent();

    /// <summary>True when there is a payment with this reference.</summary>
    public static bool IsKnown(IDbConnection db, string reference) =>
        db.ExecuteScalar<bool>("select exists (select 1 from intents where reference = @reference)", new { reference });

    public Intent Insert(IDbConnection db, Intent intent)
    {
        var created = intent with { Created = time.GetUtcNow().ToUnixTimeMilliseconds() };
        db.Execute(
            """
            insert into intents (id, key, reference, amount, currency, token, manual, status, captured, refunded, created,
                capture_before)
            values (@Id, @Key, @Reference, @Amount, @Currency, @Token, @Manual, @Status, @Captured, @Refunded, @Created,
                @CaptureBefore)
            """,
            created
        );
        return created;
    }

    public static Intent Save(IDbConnection db, Intent intent)
    {
        db.Execute(
            """
            update intents
            set status = @Status, captured = @Captured, refunded = @Refunded, capture_before = @CaptureBefore
            where id = @Id
            """,
            intent
        );
        return intent;
    }

    /// <summary>Captures <paramref name="amount"/> minor units.</summary>
    /// <param name="isLast">The rest is given up.</param>
    public Intent Capture(IDbConnection db, Intent intent, long amount, string key, bool isLast)
    {
        Post(db, "charge", key, intent.Reference, amount);
        var captured = intent with { Captured = intent.Captured + amount };
        return Save(
            db,
            isLast || captured.Captured == captured.Amount
                ? captured with
                {
                    Status = IntentStatus.Succeeded,
                }
                : captured
        );
    }

    /// <summary>Adds a row to the ledger; <paramref name="amount"/> in minor units.</summary>
    public void Post(IDbConnection db, string kind, string key, string reference, long amount) =>
        db.Execute(
            """
            insert into transactions (kind, key, reference, amount, created)
            values (@kind, @key, @reference, @amount, @created)
            """,
            new
            {
                kind,
                key,
                reference,
                amount,
                created = time.GetUtcNow().ToUnixTimeMilliseconds(),
            }
        );

    /// <summary>Sends a webhook with the intent's present state, after the transaction.</summary>
    public void Report(IDbConnection db, Intent intent)
    {
        var type = intent.Status switch
        {
            IntentStatus.Succeeded => "payment_intent.succeeded",
            IntentStatus.RequiresCapture => "payment_intent.amount_capturable_updated",
            IntentStatus.Canceled => "payment_intent.canceled",
            _ => "payment_intent.payment_failed",
        };
        var body = Answer.Of(200, new { Type = type, Data = new { Object = IntentBody.Of(intent) } }).Body;
        db.Execute(
            "insert into webhooks (id, body, due, attempts) values (@id, @body, @due, 0)",
            new
            {
                id = $"evt_{Guid.CreateVersion7():n}",
                body,
                due = time.GetUtcNow().ToUnixTimeMilliseconds(),
            }
        );
    }

    private const string Select =
        "select id, key, reference, amount, currency, token, manual, status, captured, refunded, created, "
        + "capture_before as captureBefore from intents";

    // SQLite's integers are 64 bits wide, booleans included.
    private sealed record IntentRow(
        string Id,
        string Key,
        string Reference,
        long Amount,
        string Currency,
        string Token,
        long Manual,
        string Status,
        long Captured,
        long Refunded,
        long Created,
        long CaptureBefore
    )
    {
        public Intent ToIntent() =>
            new(
                Id,
                Key,
                Reference,
                Amount,
                Currency,
                Token,
                Manual != 0,
                Status,
                Captured,
                Refunded,
                Created,
                CaptureBefore
            );
    }

    private sealed record StoredAnswer(string Fingerprint, long Status, string Body);
}
