using DaprShop.Contracts;

namespace DaprShop.History.Diagnosis;

/// <summary>
/// One reason for an order's status. <paramref name="Code"/> is stable, for programs; <paramref name="Text"/> is for
/// people.
/// </summary>
internal sealed record Finding(string Code, string Text);

/// <summary>
/// An event that History could not apply; <paramref name="Position"/> is null where the message could not be read.
/// </summary>
internal sealed record ParkedEvent(string Producer, long? Position);

/// <summary>All that is known about an order. A part is null where its service did not answer.</summary>
/// <param name="Applied">Per producer, the position in its log that History has reached.</param>
internal sealed record Evidence(
    OrderState? Order,
    OrderClaims? Claims,
    OrderPayment? Payment,
    IReadOnlyList<ParkedEvent> Parked,
    IReadOnlyDictionary<string, long> Applied,
    DateTimeOffset Now
);
