namespace EmbeddedDapr.PubSub;

/// <summary>The outcome of a delivery.</summary>
internal enum DeliveryOutcome
{
    Handled,

    /// <summary>The app cannot handle the message, now or later.</summary>
    Dropped,

    /// <summary>The app failed and may succeed at a retry.</summary>
    Failed,

    /// <summary>The app was unreachable; this is not counted as an attempt.</summary>
    Unreachable,
}

/// <summary>An outcome with the cause of a failure.</summary>
internal readonly record struct DeliveryResult(DeliveryOutcome Outcome, string Cause)
{
    public static DeliveryResult Handled { get; } = new(DeliveryOutcome.Handled, "");

    /// <summary>Maps a status of Dapr's subscriber protocol.</summary>
    public static DeliveryResult OfStatus(string? status) =>
        status?.ToUpperInvariant() switch
        {
            null or "" or "SUCCESS" => Handled,
            "DROP" => new(DeliveryOutcome.Dropped, "The app returned DROP."),
            "RETRY" => new(DeliveryOutcome.Failed, "The app returned RETRY."),
            _ => new(DeliveryOutcome.Failed, $"The app returned the unknown status '{status}'."),
        };
}
