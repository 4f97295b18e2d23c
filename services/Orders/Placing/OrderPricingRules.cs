using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Placing;

/// <summary>Decides what an order's lines cost.</summary>
internal static class OrderPricingRules
{
    /// <summary>The lines at their prices, in GBP, without those that are null; complaints about SKUs that <paramref name="catalogue"/> lacks.</summary>
    public static (List<PricedLine> Lines, List<ValidationError> Complaints) Price(
        OrderRequest request,
        IReadOnlyDictionary<string, Item> catalogue
    )
    {
        var lines = new List<PricedLine>(request.Lines.Count);
        var complaints = new List<ValidationError>();
        for (var i = 0; i < request.Lines.Count; i++)
        {
            if (request.Lines[i] is not { } line)
                continue;
            if (catalogue.TryGetValue(line.Sku, out var item))
                lines.Add(new PricedLine(line.Sku, line.Quantity, line.UnitPrice ?? item.Price));
            else
                complaints.Add(new($"/lines/{i}/sku", $"There is no item '{line.Sku}'."));
        }

        return (lines, complaints);
    }

    public static decimal Total(IEnumerable<PricedLine> lines) => lines.Sum(l => l.Quantity * l.UnitPrice);
}
