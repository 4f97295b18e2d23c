namespace DaprShop.Contracts;

/// <summary>From History: how many messages are parked because they could not be read or applied.</summary>
public sealed record DeadLetterCount(long Parked);
