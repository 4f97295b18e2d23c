using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DaprShop.Inventory.Model;

/// <summary>
/// One row of the ledger: the change of a level, its cause, and the level's quantities after it. A row is never updated
/// or deleted.
/// </summary>
/// <param name="Quantity">Units, signed: added to the quantity that the kind is about.</param>
/// <param name="Step">Numbers the operations of one cause: a cause moves a level once per kind and step.</param>
internal sealed record Movement(
    string Sku,
    string Location,
    long Sequence,
    MovementKind Kind,
    long Quantity,
    Quantities After,
    Cause Cause,
    long Step,
    DateTimeOffset OccurredAt
)
{
    /// <summary>
    /// Chains the row to its predecessor, so that a later change of any row is detected. <c>audit</c> computes the same
    /// in SQL: sha256(previous || utf8(fields joined by '|')), the time in microseconds since 1970. Rows from before actors
    /// had types end with the time.
    /// </summary>
    public byte[] HashAfter(byte[] previous)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Sku}|{Location}|{Sequence}|{Kind.Name()}|{Quantity}|"
                + $"{After.OnHand}|{After.Allocated}|{After.Held}|{After.Unavailable}|{After.Incoming}|"
                + $"{Cause.Id}|{Step}|{Cause.Actor}|{Cause.Reason}|{Cause.Trace}|{Microseconds}|"
                + $"{EnumNames.Of(Cause.ActorType)}"
        );
        return SHA256.HashData([.. previous, .. Encoding.UTF8.GetBytes(text)]);
    }

    private long Microseconds => (OccurredAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}

/// <summary>The cause of a movement.</summary>
/// <param name="Id">An order, a hold, a document, or the key of an operator's request.</param>
/// <param name="Actor">The name of the person or component that requested it.</param>
/// <param name="ActorType">Tells a person from a component of the same name.</param>
/// <param name="Trace">W3C trace id of the request.</param>
internal sealed record Cause(string Id, string Actor, ActorType ActorType, string? Reason = null, Guid? Trace = null)
{
    /// <summary>What the shop does of its own accord.</summary>
    public static Cause OfSystem(string id, string component, Guid? trace = null) =>
        new(id, component, ActorType.System, null, trace);
}

/// <summary>Who an actor is. A person may have any name, one of the shop's components' too.</summary>
internal enum ActorType
{
    Customer,
    Operator,

    /// <summary>A component of the shop.</summary>
    System,
}

/// <summary>The kind of a movement. It implies the direction, except where units may move both ways.</summary>
internal enum MovementKind
{
    /// <summary>Units arrived from a supplier: on-hand.</summary>
    Received,

    /// <summary>Units were claimed by an order, from available stock or from its hold: allocated.</summary>
    Allocated,

    /// <summary>A claim was released: allocated or held.</summary>
    Released,

    /// <summary>Units left with an order: on-hand and allocated.</summary>
    Shipped,

    /// <summary>A correction: on-hand.</summary>
    Adjusted,

    /// <summary>Units were returned by a customer: on-hand.</summary>
    Returned,

    /// <summary>Units left for another location, or arrived from one: on-hand.</summary>
    Transferred,

    /// <summary>Units were claimed for a limited time: held.</summary>
    Held,

    /// <summary>A hold expired: held.</summary>
    Expired,

    /// <summary>Units were announced, or are no longer expected: incoming.</summary>
    Expected,

    /// <summary>Units were withheld from sale, or returned to sale: unavailable.</summary>
    Withheld,

    /// <summary>Units that an order claims at one location are claimed at another: allocated.</summary>
    Reallocated,
}

internal static class MovementKinds
{
    private static readonly string[] Names = [.. Enum.GetValues<MovementKind>().Select(EnumNames.Of)];

    /// <summary>The names of all kinds.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The name in the ledger, in events and in responses.</summary>
    public static string Name(this MovementKind kind) => Names[(int)kind];

    /// <summary>True for a kind that changes on-hand, by exactly its quantity.</summary>
    public static bool IsPhysical(this MovementKind kind) =>
        kind
            is MovementKind.Received
                or MovementKind.Shipped
                or MovementKind.Adjusted
                or MovementKind.Returned
                or MovementKind.Transferred;
}
