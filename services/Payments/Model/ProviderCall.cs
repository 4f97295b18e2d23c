namespace DaprShop.Payments.Model;

/// <summary>What the provider is asked to do.</summary>
internal enum CallOperation
{
    /// <summary>Capture an order's money.</summary>
    Charge,

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
/// <param name="Reference">The order's, the return's or the operator's reference.</param>
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

    public static ProviderCall Refund(Payment payment, decimal amount, DateTimeOffset now) =>
        New($"refund-{payment.OrderId}", payment, $"{payment.OrderId}", CallOperation.Refund, amount, now);

    /// <param name="reference">The return's id.</param>
    public static ProviderCall PartRefund(Payment payment, Guid reference, decimal amount, DateTimeOffset now) =>
        New($"part-refund-{reference}", payment, $"{reference}", CallOperation.PartRefund, amount, now);

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
    public const string Refund = "refund";
    public const string PartRefund = "part_refund";
    public const string Credit = "credit";

    public static string Name(this CallOperation operation) =>
        operation switch
        {
            CallOperation.Charge => Charge,
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
