namespace DaprShop.Messaging;

/// <summary>An event to append to the log in the transaction of the state change that it records.</summary>
/// <param name="Type">One of <see cref="Contracts.EventTypes"/>.</param>
/// <param name="Subject">Id of the aggregate.</param>
/// <param name="Version">The aggregate's version after the change.</param>
/// <param name="Data">The payload record that the type names.</param>
public sealed record NewEvent(string Type, string Subject, int Version, object Data);
