namespace DaprShop.Payments.Charging;

/// <summary>
/// What the simulated provider answers. After no answer, the charge may or may not be in the provider's ledger.
/// </summary>
internal enum ProviderAnswer
{
    None,
    Captured,
    Declined,
}

/// <summary>The provider's answer to a charge request, and whether its ledger gains the charge.</summary>
internal sealed record ProviderResponse(ProviderAnswer Answer, bool PostsCharge, string? Reason = null);

/// <summary>
/// A simulated payment provider that knows only its test tokens. Like a real one, it charges once per order, so that a
/// charge request can be repeated.
/// </summary>
internal static class SimulatedProviderRules
{
    /// <summary>Charge requests that <c>tok_flaky</c> leaves unanswered.</summary>
    public const int FlakyAttempts = 2;

    /// <summary>Answers a charge request.</summary>
    /// <param name="attemptsBefore">Charge requests for this order that came before.</param>
    /// <param name="charged">Whether the provider's ledger already has the charge.</param>
    public static ProviderResponse Charge(string token, int attemptsBefore, bool charged) =>
        token switch
        {
            _ when charged => new(ProviderAnswer.Captured, PostsCharge: false),
            "tok_ok" => new(ProviderAnswer.Captured, PostsCharge: true),
            "tok_timeout" => new(ProviderAnswer.None, PostsCharge: true, "The provider did not answer in time."),
            "tok_flaky" when attemptsBefore < FlakyAttempts => new(
                ProviderAnswer.None,
                PostsCharge: false,
                "The provider is unavailable."
            ),
            "tok_flaky" => new(ProviderAnswer.Captured, PostsCharge: true),
            "tok_late" => new(
                ProviderAnswer.None,
                PostsCharge: false,
                "The provider will report later whether it captured the money."
            ),
            "tok_declined" => new(ProviderAnswer.Declined, PostsCharge: false, "The provider declined the payment."),
            _ => new(ProviderAnswer.Declined, PostsCharge: false, "The provider does not know this payment token."),
        };
}
