namespace DaprShop.Payments.Domain;

/// <summary>What the simulated provider says; no answer means that it may or may not have booked the charge.</summary>
internal enum ProviderAnswer
{
    None,
    Captured,
    Declined,
}

/// <summary>The provider's reaction to being asked for a charge, and whether its ledger gains one.</summary>
internal sealed record ProviderReaction(ProviderAnswer Answer, bool Books, string? Reason = null);

/// <summary>A payment provider that exists for its test tokens. Like a real one, it charges once per order, and can be asked again.</summary>
internal static class Provider
{
    /// <summary>Calls that <c>tok_flaky</c> leaves unanswered.</summary>
    public const int FlakyAsks = 2;

    /// <summary>Asks for a charge; <paramref name="charged"/> says whether the provider's ledger has it already.</summary>
    public static ProviderReaction Ask(string token, int asksBefore, bool charged) =>
        token switch
        {
            _ when charged => new(ProviderAnswer.Captured, Books: false),
            "tok_ok" => new(ProviderAnswer.Captured, Books: true),
            "tok_timeout" => new(ProviderAnswer.None, Books: true, "The provider has not answered yet."),
            "tok_flaky" when asksBefore < FlakyAsks => new(
                ProviderAnswer.None,
                Books: false,
                "The provider is not available."
            ),
            "tok_flaky" => new(ProviderAnswer.Captured, Books: true),
            "tok_late" => new(
                ProviderAnswer.None,
                Books: false,
                "The provider will say by itself when it has the money."
            ),
            "tok_declined" => new(ProviderAnswer.Declined, Books: false, "The provider declined the payment."),
            _ => new(ProviderAnswer.Declined, Books: false, "The provider does not know this payment token."),
        };
}
