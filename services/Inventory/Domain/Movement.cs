using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DaprShop.Inventory.Domain;

/// <summary>One row of the ledger: what changed at a level, why, and what stood there after it. Never changed, never removed.</summary>
/// <param name="Quantity">Units, signed: what was added to on-hand, or for claims to allocated.</param>
internal sealed record Movement(
    string Sku, string Location, long Sequence, MovementKind Kind, int Quantity, long OnHand, long Allocated,
    string Cause, string Actor, string? Reason, DateTimeOffset OccurredAt)
{
    /// <summary>
    /// Chains the row to its predecessor, so that a later change of any row shows. <c>audit</c> computes the same in SQL:
    /// sha256(previous || utf8(fields joined by '|')), the time in microseconds since 1970.
    /// </summary>
    public byte[] HashAfter(byte[] previous)
    {
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{Sku}|{Location}|{Sequence}|{Kind.Name()}|{Quantity}|{OnHand}|{Allocated}|{Cause}|{Actor}|{Reason}|{Microseconds}");
        return SHA256.HashData([.. previous, .. Encoding.UTF8.GetBytes(text)]);
    }

    private long Microseconds => (OccurredAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}

/// <summary>What a movement is. Its direction is in the kind.</summary>
internal enum MovementKind
{
    Received,
    Allocated,
    Released,
    Adjusted,
    Returned,
}

internal static class MovementKinds
{
    /// <summary>The name in the ledger, in events and in answers.</summary>
    public static string Name(this MovementKind kind) => kind switch
    {
        MovementKind.Received => "received",
        MovementKind.Allocated => "allocated",
        MovementKind.Released => "released",
        MovementKind.Adjusted => "adjusted",
        MovementKind.Returned => "returned",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>True for a claim of an order on stock, which leaves on-hand alone.</summary>
    public static bool IsClaim(this MovementKind kind) => kind is MovementKind.Allocated or MovementKind.Released;
}
