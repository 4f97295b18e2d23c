using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DaprShop.Inventory.Model;

/// <summary>One row of the ledger: what changed at a level, why, and what stood there after it. Never changed, never removed.</summary>
/// <param name="Quantity">Units, signed: what was added to the quantity that the kind is about.</param>
/// <param name="Step">Tells the operations of one cause apart: a cause moves a level once per kind and step.</param>
internal sealed record Movement(
    string Sku,
    string Location,
    long Sequence,
    MovementKind Kind,
    int Quantity,
    Quantities After,
    Cause Cause,
    long Step,
    DateTimeOffset OccurredAt
)
{
    /// <summary>
    /// Chains the row to its predecessor, so that a later change of any row shows. <c>audit</c> computes the same in SQL:
    /// sha256(previous || utf8(fields joined by '|')), the time in microseconds since 1970.
    /// </summary>
    public byte[] HashAfter(byte[] previous)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Sku}|{Location}|{Sequence}|{Kind.Name()}|{Quantity}|{After.OnHand}|{After.Allocated}|{After.Held}|{After.Unavailable}|{After.Incoming}|{Cause.Id}|{Step}|{Cause.Actor}|{Cause.Reason}|{Cause.Trace}|{Microseconds}"
        );
        return SHA256.HashData([.. previous, .. Encoding.UTF8.GetBytes(text)]);
    }

    private long Microseconds => (OccurredAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}

/// <summary>Why something moves.</summary>
/// <param name="Id">An order, a hold, a document, or the key of an operator's request.</param>
/// <param name="Actor">Who asked for it.</param>
/// <param name="Trace">W3C trace id of the request.</param>
internal sealed record Cause(string Id, string Actor, string? Reason = null, Guid? Trace = null);

/// <summary>What a movement is. Its direction is in the kind, except where units go both ways.</summary>
internal enum MovementKind
{
    /// <summary>Arrived from a supplier: on-hand.</summary>
    Received,

    /// <summary>Claimed by an order, from what is available or from its hold: allocated.</summary>
    Allocated,

    /// <summary>A claim given back: allocated or held.</summary>
    Released,

    /// <summary>Left with an order: on-hand and allocated.</summary>
    Shipped,

    /// <summary>A correction: on-hand.</summary>
    Adjusted,

    /// <summary>Came back from a customer: on-hand.</summary>
    Returned,

    /// <summary>Left for another location, or arrived from one: on-hand.</summary>
    Transferred,

    /// <summary>Claimed for a time: held.</summary>
    Held,

    /// <summary>A hold's time was over: held.</summary>
    Expired,

    /// <summary>Announced, or no longer expected: incoming.</summary>
    Expected,

    /// <summary>Set aside, or put back for sale: unavailable.</summary>
    Withheld,
}

internal static class MovementKinds
{
    private static readonly string[] Names = [.. Enum.GetNames<MovementKind>().Select(n => n.ToLowerInvariant())];

    /// <summary>The names of all kinds.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The name in the ledger, in events and in answers.</summary>
    public static string Name(this MovementKind kind) => Names[(int)kind];

    /// <summary>True for what changes on-hand, by exactly its quantity.</summary>
    public static bool IsPhysical(this MovementKind kind) =>
        kind
            is MovementKind.Received
                or MovementKind.Shipped
                or MovementKind.Adjusted
                or MovementKind.Returned
                or MovementKind.Transferred;
}
