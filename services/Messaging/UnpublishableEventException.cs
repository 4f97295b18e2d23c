using DaprShop.Contracts;

namespace DaprShop.Messaging;

/// <summary>The producer could not publish the event, and says why. No further attempt can change that.</summary>
public sealed class UnpublishableEventException(LoggedEvent entry)
    : Exception($"Its producer could not publish it: {entry.Read<EventUnpublishable>().Cause}");
