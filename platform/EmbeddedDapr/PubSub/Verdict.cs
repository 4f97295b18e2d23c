namespace EmbeddedDapr.PubSub;

/// <summary>What an app made of a message.</summary>
internal enum Answer
{
    Handled,

    /// <summary>It cannot use the message, now or later.</summary>
    Drop,

    /// <summary>It failed, and may succeed another time.</summary>
    Retry,

    /// <summary>Nobody was there: no attempt has been made.</summary>
    Away,
}

/// <summary>An answer and, where it is not that all went well, why.</summary>
internal readonly record struct Verdict(Answer Answer, string Cause)
{
    public static Verdict Handled { get; } = new(Answer.Handled, "");

    /// <summary>What a status of Dapr's answer means.</summary>
    public static Verdict OfStatus(string? status) =>
        status?.ToUpperInvariant() switch
        {
            null or "" or "SUCCESS" => Handled,
            "DROP" => new(Answer.Drop, "The app answered DROP."),
            "RETRY" => new(Answer.Retry, "The app answered RETRY."),
            _ => new(Answer.Retry, $"The app answered the unknown status '{status}'."),
        };
}
