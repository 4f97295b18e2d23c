namespace DaprShop.Payments.Model;

/// <summary>What an answer says.</summary>
internal enum AnswerKind
{
    /// <summary>Carried out: authorised, captured, voided, refunded or paid out.</summary>
    Done,

    /// <summary>Declined for good.</summary>
    Declined,

    /// <summary>The provider works on it and reports later.</summary>
    Processing,

    /// <summary>Cancelled before any money moved; for a capture: its authorisation has ended.</summary>
    Cancelled,

    /// <summary>The provider does not know the call.</summary>
    NotFound,

    /// <summary>No answer, or one that says nothing about the money: it may have moved or not.</summary>
    Unknown,

    /// <summary>Not carried out, because there were too many requests.</summary>
    Throttled,
}

/// <summary>The provider's answer.</summary>
/// <param name="ProviderId">The provider's id of a captured or authorised payment.</param>
/// <param name="Reason">Why it is not done, as a sentence.</param>
/// <param name="RetryAfter">The provider wants no request before this time has passed.</param>
/// <param name="AuthorisedUntil">When an authorisation ends.</param>
internal sealed record ProviderAnswer(
    AnswerKind Kind,
    string? ProviderId = null,
    string? Reason = null,
    TimeSpan? RetryAfter = null,
    DateTimeOffset? AuthorisedUntil = null
);

/// <summary>A call after its answer, and what follows for its payment (null for a credit).</summary>
internal sealed record AnsweredCall(ProviderCall Call, PaymentDecision? Decision);
