namespace DaprShop.Payments.Model;

/// <summary>What the provider is asked to do.</summary>
internal enum CallOperation
{
    /// <summary>Capture an order's money.</summary>
    Charge,

    /// <summary>Authorise an order's money, to be captured later.</summary>
    Authorise,

    /// <summary>Authorise what is not captured yet anew, because the authorisation ends.</summary>
    Renewal,

    /// <summary>Capture a shipment's share of the authorised money.</summary>
    Capture,

    /// <summary>Capture the last shipment's share, and void the rest.</summary>
    LastCapture,

    /// <summary>Void what is authorised and not captured.</summary>
    Void,

    /// <summary>Return what is left of an order's captured money.</summary>
    Refund,

    /// <summary>Return part of an order's money, for a return.</summary>
    PartRefund,

    /// <summary>Pay money out without an order.</summary>
    Credit,
}

/// <summary>What is known of the answer to a call.</summary>
internal enum CallState
{
    /// <summary>No answer yet: in flight, or lost; at its due time it is looked up and asked again.</summary>
    Open,

    /// <summary>The provider works on it and reports later; at its due time it is looked up.</summary>
    Processing,

    /// <summary>Done. Final.</summary>
    Succeeded,

    /// <summary>Declined, or not carried out. Final.</summary>
    Failed,
}

/// <summary>
/// A request to the provider. It is committed before the provider is asked, and its answer afterwards, so that no crash
/// forgets that money may have moved.
/// </summary>
/// <param name="Key">The idempotency key under which the provider carries it out once.</param>
/// <param name="OrderId">Null for a credit.</param>
/// <param name="Reference">The order's, the shipment's, the return's or the operator's reference.</param>
/// <param name="Amount">GBP, in whole pence.</param>
/// <param name="Token">The card to charge; null for other operations.</param>
/// <param name="ProviderId">The provider's id of the payment: of the one to refund, or of the one that it created.</param>
/// <param name="IsCancelled">
/// The order has ended: the call is looked up and cancelled where possible, but not asked again.
/// </param>
/// <param name="Attempts">Times that the provider was asked or the call was looked up.</param>
/// <param name="DueAt">The time of the next look-up while there is no final answer.</param>
internal sealed record ProviderCall(
    string Key,
    Guid? OrderId,
    string Reference,
    CallOperation Operation,
    decimal Amount,
    string? Token,
    string? ProviderId,
    CallState State,
    string? Reason,
    bool IsCancelled,
    int Attempts,
    DateTimeOffset AskedAt,
    DateTimeOffset DueAt,
    DateTimeOffset? AnsweredAt = null
)
{
    /// <summary>
    /// Time after which a call without an answer counts as lost. Longer than a call may take, in the queue included: a
    /// call that is looked up while it is in flight would only cost a second request.
    /// </summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    public static ProviderCall Charge(Payment payment, DateTimeOffset now) =>
        New(
            $"charge-{payment.OrderId}-{payment.Attempt}",
            payment,
            $"{payment.OrderId}",
            CallOperation.Charge,
            payment.Amount,
            now
        ) with
        {
            Token = payment.Token,
        };

    public static ProviderCall Authorise(Payment payment, DateTimeOffset now) =>
        Charge(payment, now) with
        {
            Operation = CallOperation.Authorise,
            ProviderId = null,
            Amount = payment.ToCapture,
        };

    /// <param name="payment">With the number of this renewal, and the card.</param>
    public static ProviderCall Renewal(Payment payment, DateTimeOffset now) =>
        Authorise(payment, now) with
        {
            Key = $"renewal-{payment.OrderId}-{payment.Attempt}-{payment.Renewals}",
            Operation = CallOperation.Renewal,
        };

    public static ProviderCall Capture(
        Payment payment,
        Guid shipment,
        decimal amount,
        bool isLast,
        DateTimeOffset now
    ) =>
        New(
            CaptureKey(shipment),
            payment,
            $"{shipment}",
            isLast ? CallOperation.LastCapture : CallOperation.Capture,
            amount,
            now
        );

    public static string CaptureKey(Guid shipment) => $"capture-{shipment}";

    /// <summary>Voids the authorisation <paramref name="providerId"/>; each is voided once.</summary>
    /// <param name="amount">GBP that it still holds.</param>
    public static ProviderCall Void(Payment payment, string providerId, decimal amount, DateTimeOffset now) =>
        New($"void-{providerId}", payment, $"{payment.OrderId}", CallOperation.Void, amount, now) with
        {
            ProviderId = providerId,
        };

    public static ProviderCall Refund(Payment payment, RefundableMoney money, DateTimeOffset now) =>
        New($"refund-{payment.OrderId}", payment, $"{payment.OrderId}", CallOperation.Refund, money.Amount, now) with
        {
            ProviderId = money.ProviderId,
        };

    /// <summary>The refunds that return a part, one for each authorisation that it was captured of.</summary>
    /// <param name="reference">The id of the return, or of the cancellation.</param>
    public static IReadOnlyList<ProviderCall> PartRefunds(
        Payment payment,
        Guid reference,
        decimal amount,
        DateTimeOffset now
    ) =>
        [
            .. PaymentRules
                .Spread(payment, amount)
                .Select((money, i) => PartRefund(payment, reference, money, isFirst: i == 0, now)),
        ];

    /// <param name="isFirst">False: the key names the authorisation too.</param>
    public static ProviderCall PartRefund(
        Payment payment,
        Guid reference,
        RefundableMoney money,
        bool isFirst,
        DateTimeOffset now
    ) =>
        New(
            isFirst ? $"part-refund-{reference}" : $"part-refund-{reference}-{money.ProviderId}",
            payment,
            $"{reference}",
            CallOperation.PartRefund,
            money.Amount,
            now
        ) with
        {
            ProviderId = money.ProviderId,
        };

    /// <param name="key">The idempotency key: any text that belongs to this reference only.</param>
    public static ProviderCall Credit(string key, string reference, decimal amount, DateTimeOffset now) =>
        new(
            key,
            null,
            reference,
            CallOperation.Credit,
            amount,
            null,
            null,
            CallState.Open,
            null,
            IsCancelled: false,
            Attempts: 1,
            now,
            now + Lease
        );

    private static ProviderCall New(
        string key,
        Payment payment,
        string reference,
        CallOperation operation,
        decimal amount,
        DateTimeOffset now
    ) =>
        new(
            key,
            payment.OrderId,
            reference,
            operation,
            amount,
            null,
            payment.ProviderId,
            CallState.Open,
            null,
            IsCancelled: false,
            Attempts: 1,
            now,
            now + Lease
        );
}

/// <summary>Names of <see cref="CallOperation"/> and <see cref="CallState"/> in the database.</summary>
internal static class CallNames
{
    public const string Charge = "charge";
    public const string Authorise = "authorise";
    public const string Renewal = "renewal";
    public const string Capture = "capture";
    public const string LastCapture = "last_capture";
    public const string Void = "void";
    public const string Refund = "refund";
    public const string PartRefund = "part_refund";
    public const string Credit = "credit";

    public static string Name(this CallOperation operation) =>
        operation switch
        {
            CallOperation.Charge => Charge,
            CallOperation.Authorise => Authorise,
            CallOperation.Renewal => Renewal,
            CallOperation.Capture => Capture,
            CallOperation.LastCapture => LastCapture,
            CallOperation.Void => Void,
            CallOperation.Refund => Refund,
            CallOperation.PartRefund => PartRefund,
            _ => Credit,
        };

    /// <exception cref="ArgumentException">No operation has this name.</exception>
    public static CallOperation ParseOperation(string name) =>
        Enum.GetValues<CallOperation>().Where(o => o.Name() == name).Select(o => (CallOperation?)o).SingleOrDefault()
        ?? throw new ArgumentException($"'{name}' is no operation of the provider.", nameof(name));

    public static string Name(this CallState state) => state.ToString().ToLowerInvariant();

    /// <exception cref="ArgumentException">No state has this name.</exception>
    public static CallState ParseState(string name) => Enum.Parse<CallState>(name, ignoreCase: true);
}
