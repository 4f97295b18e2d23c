using DaprShop.ServiceDefaults;

namespace DaprShop.Messaging;

/// <summary>Wakes the <see cref="EventRelay"/>; raise it after each commit that appended events.</summary>
public sealed class RelaySignal : WorkSignal;
