using DaprShop.Contracts;

namespace DaprShop.Gateway.LiveStatus;

/// <summary>What a stream does with a transition that was broadcast.</summary>
internal enum BroadcastAction
{
    /// <summary>The client has it already.</summary>
    Skip,

    /// <summary>It is the next one.</summary>
    Send,

    /// <summary>A version before it is missing: ask Orders.</summary>
    Fetch,
}

/// <summary>
/// Decides which transitions an order's stream sends. Broadcasts may be late, lost, repeated or out of order.
/// </summary>
internal static class OrderStreamRules
{
    /// <summary>True when the client has the order's final status already.</summary>
    public static bool IsComplete(OrderTransitions transitions, int lastSent) =>
        transitions.Version == lastSent && IsFinal(transitions.Status);

    /// <summary>True when no transition follows <paramref name="status"/>.</summary>
    public static bool IsFinal(string status) => OrderTransition.FinalStatuses.Contains(status);

    /// <summary>
    /// What to do with a broadcast of <paramref name="version"/> after <paramref name="lastSent"/> was sent.
    /// </summary>
    public static BroadcastAction Decide(int version, int lastSent) =>
        version <= lastSent ? BroadcastAction.Skip
        : version == lastSent + 1 ? BroadcastAction.Send
        : BroadcastAction.Fetch;
}
