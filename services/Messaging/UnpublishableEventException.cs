using DaprShop.Contracts;

namespace DaprShop.Messaging;

/// <summary>The producer could not publish the event, and says why. No further attempt can change that.</summary>
public sealed class UnpublishableEventException(LoggedEvent entry)
    : Exception(
        entry.Read<EventUnpublishable>() is var told
            ? $"Its producer could not publish it ({told.Type}): {told.Cause}"
            : null
    );
