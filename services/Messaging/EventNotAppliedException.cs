using DaprShop.Contracts;

namespace DaprShop.Messaging;

/// <summary>An event could not be applied. It has attempts left, and later events wait for it.</summary>
public sealed class EventNotAppliedException(LoggedEvent entry, Exception cause)
    : Exception($"Event {entry.Position} ({entry.Type}) could not be applied: {cause.Message}", cause);
