using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Placing;

/// <summary>Decides what an order's lines cost.</summary>
internal static class OrderPricingRules
{
    /// <summary>
    /// The lines with their prices in GBP (null lines are left out), and an error for each SKU that is not in <paramref
    /// name="items"/> or not on sale. Whether a hold covers what is not on sale is found out when it is claimed.
    /// </summary>
    public static (List<PricedLine> Lines, List<ValidationError> Errors) Price(
        OrderRequest request,
        IReadOnlyDictionary<string, Item> items
    )
    {
        var lines = new List<PricedLine>(request.Lines.Count);
        var errors = new List<ValidationError>();
        for (var i = 0; i < request.Lines.Count; i++)
        {
            if (request.Lines[i] is not { } line)
                continue;
            if (!items.TryGetValue(line.Sku, out var item))
                errors.Add(new($"/lines/{i}/sku", $"Item '{line.Sku}' was not found."));
            else if (!item.OnSale && request.Hold is null)
                errors.Add(new($"/lines/{i}/sku", NotOnSale(line.Sku)));
            else
                lines.Add(
                    new PricedLine(line.Sku, line.Quantity, line.UnitPrice ?? item.Price, item.Stocked, item.OnSale)
                );
        }

        return (lines, errors);
    }

    /// <summary>Why an item cannot be ordered now.</summary>
    public static string NotOnSale(string sku) => $"Item '{sku}' is not on sale at present.";

    /// <summary>
    /// The order with the hold that was claimed for it. Units that are held are owed, also where their item has become a
    /// service since.
    /// </summary>
    public static AcceptOrder WithHold(AcceptOrder order, ClaimedHold hold) =>
        order with
        {
            Id = hold.OrderId,
            Lines = [.. order.Lines.Select(l => l with { Stocked = l.Stocked || hold.Lines.Any(h => h.Sku == l.Sku) })],
        };

    /// <summary>GBP.</summary>
    public static decimal Total(IEnumerable<PricedLine> lines) => lines.Sum(l => l.Quantity * l.UnitPrice);
}
