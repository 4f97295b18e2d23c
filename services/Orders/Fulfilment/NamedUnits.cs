using DaprShop.Orders.Placing;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Fulfilment;

/// <summary>Units as a caller names them: of one line of an order, or of a SKU where that is unambiguous.</summary>
/// <param name="Line">The number of the order's line; null: the lines of <paramref name="Sku"/>.</param>
internal sealed record NamedUnits(int Quantity, int? Line = null, string? Sku = null)
{
    /// <summary>The errors of a request that names units; empty for a valid one.</summary>
    public static List<ValidationError> Check(IReadOnlyList<NamedUnits?> lines) =>
        lines.Count is 0 or > OrderValidationRules.MaxLines
        || lines.Any(l =>
            l is null
            || l.Line is null && l.Sku is null
            || l.Line < 1
            || l.Sku is { Length: 0 }
            || l.Quantity is < 1 or > OrderValidationRules.MaxQuantity
        )
            ?
            [
                new(
                    "/lines",
                    $"Must have 1 to {OrderValidationRules.MaxLines} lines, each with quantity "
                        + $"(1 to {OrderValidationRules.MaxQuantity}) and either line (the number of a line of the "
                        + "order, from 1) or sku."
                ),
            ]
            : [];
}

/// <summary>Units to ship, as an operator names them.</summary>
/// <param name="Line">The number of the order's line; null: the lines of <paramref name="Sku"/>, in sequence.</param>
/// <param name="Location">Null: from the locations of the allocation.</param>
internal sealed record UnitsToShip(int Quantity, int? Line = null, string? Sku = null, string? Location = null);

/// <summary>Units of a shipment.</summary>
/// <param name="Line">The number of the line; null: the lines of the SKU, in their sequence.</param>
/// <param name="Location">Null: the locations of the allocation.</param>
internal sealed record ShippedLine(string Sku, int Quantity, string? Location = null, int? Line = null);

/// <summary>Units of a line of an order.</summary>
/// <param name="Line">The number of the line; null only in what was written before lines were named.</param>
internal sealed record LineQuantity(string Sku, int Quantity, int? Line = null);
