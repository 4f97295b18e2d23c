namespace DaprShop.Messaging;

/// <summary>A fact to be written to the event log in the transaction of the state that it tells of.</summary>
/// <param name="Type">One of <see cref="Contracts.EventTypes"/>.</param>
/// <param name="Subject">Id of the aggregate that the fact is about.</param>
/// <param name="Version">The aggregate's version after the fact.</param>
/// <param name="Data">The payload record that the type names.</param>
public sealed record NewEvent(string Type, string Subject, int Version, object Data);
