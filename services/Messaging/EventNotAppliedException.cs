using DaprShop.Contracts;

namespace DaprShop.Messaging;

/// <summary>An event could not be applied; it has attempts left, and everything after it waits.</summary>
public sealed class EventNotAppliedException(LoggedEvent entry, Exception cause)
    : Exception($"Event {entry.Position} ({entry.Type}) could not be applied: {cause.Message}", cause);
