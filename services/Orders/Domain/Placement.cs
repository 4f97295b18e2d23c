using System.Security.Cryptography;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Domain;

/// <summary>What a caller asks for.</summary>
/// <param name="Customer">Whose order it is; only an operator may name somebody.</param>
/// <param name="OnShortage">What to do when stock does not cover it: <c>reject</c> it, <c>backorder</c>: take what is there and wait for the rest, <c>partial</c>: take what is there and do without the rest, or <c>ask</c> the customer.</param>
/// <param name="Hold">A hold of the customer's on stock, or a waitlist's offer, that the order uses up.</param>
internal sealed record OrderRequest(
    IReadOnlyList<RequestedLine> Lines,
    RequestedPayment Payment,
    string OnShortage = ShortagePolicies.Reject,
    string? Customer = null,
    Guid? Hold = null
);

/// <param name="UnitPrice">GBP; only an operator may name a price, everyone else pays the catalogue's.</param>
internal sealed record RequestedLine(string Sku, int Quantity, decimal? UnitPrice = null);

/// <param name="Token">The payment provider's token for the customer's means of payment.</param>
internal sealed record RequestedPayment(string Token);

/// <summary>A line of an order with the price it was accepted at, in GBP per unit.</summary>
internal sealed record PricedLine(string Sku, int Quantity, decimal UnitPrice);

/// <summary>The names of what is to happen where stock does not cover an order.</summary>
internal static class ShortagePolicies
{
    public const string Reject = "reject";
    public const string Backorder = "backorder";
    public const string Partial = "partial";
    public const string Ask = "ask";

    public static readonly string[] Names = [Reject, Backorder, Partial, Ask];

    public static ShortagePolicy Parse(string name) => Enum.Parse<ShortagePolicy>(name, ignoreCase: true);
}

/// <summary>Decides whether an order can be accepted, and at what price. Pure.</summary>
internal static class Placement
{
    public const int MaxLines = 2_000;
    public const int MaxQuantity = 1_000_000;
    public const int MaxTextLength = 100;
    public const decimal MaxUnitPrice = 1_000_000m;

    /// <summary>GBP; the database holds a hundred times as much.</summary>
    public const decimal MaxTotal = 1_000_000_000_000m;

    /// <summary>What is wrong with the request as it stands; empty when nothing is.</summary>
    public static List<Complaint> Check(OrderRequest request, bool byOperator)
    {
        var complaints = new List<Complaint>();
        if (request.Lines.Count is 0 or > MaxLines)
            complaints.Add(new("/lines", $"An order has 1 to {MaxLines} lines."));
        for (var i = 0; i < Math.Min(request.Lines.Count, MaxLines); i++)
            CheckLine(request.Lines[i], $"/lines/{i}", byOperator, complaints);
        if (request.Payment.Token.Length is 0 or > MaxTextLength)
            complaints.Add(new("/payment/token", $"A token has 1 to {MaxTextLength} characters."));
        if (!ShortagePolicies.Names.Contains(request.OnShortage))
            complaints.Add(new("/onShortage", $"It is one of {string.Join(", ", ShortagePolicies.Names)}."));
        if (request.Customer is not null && !byOperator)
            complaints.Add(new("/customer", "Only an operator may order for somebody else."));
        if (request.Customer is { Length: 0 or > MaxTextLength })
            complaints.Add(new("/customer", $"A customer's name has 1 to {MaxTextLength} characters."));
        return complaints;
    }

    /// <summary>The lines at their prices, in GBP, without those that are null; complaints about SKUs that <paramref name="catalogue"/> lacks.</summary>
    public static (List<PricedLine> Lines, List<Complaint> Complaints) Price(
        OrderRequest request,
        IReadOnlyDictionary<string, Item> catalogue
    )
    {
        var lines = new List<PricedLine>(request.Lines.Count);
        var complaints = new List<Complaint>();
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

    /// <summary>What another order of the same key must equal, where many are handed in at once.</summary>
    public static byte[] Fingerprint(OrderRequest request) =>
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, JsonSerializerOptions.Web));

    /// <summary>What is wrong with the lines together; empty when nothing is.</summary>
    public static List<Complaint> CheckTotal(IEnumerable<PricedLine> lines) =>
        Total(lines) > MaxTotal ? [new("/lines", $"An order's total is {MaxTotal} GBP at most.")] : [];

    public static decimal Total(IEnumerable<PricedLine> lines) => lines.Sum(l => l.Quantity * l.UnitPrice);

    private static void CheckLine(RequestedLine? line, string field, bool byOperator, List<Complaint> complaints)
    {
        // A list's elements may be null whatever its type says.
        if (line is null)
        {
            complaints.Add(new(field, "A line is an object with sku and quantity."));
            return;
        }

        if (line.Sku.Length is 0 or > ItemNames.MaxLength)
            complaints.Add(new($"{field}/sku", $"A SKU has 1 to {ItemNames.MaxLength} characters."));
        if (line.Quantity is < 1 or > MaxQuantity)
            complaints.Add(new($"{field}/quantity", $"A quantity is 1 to {MaxQuantity}."));
        if (line.UnitPrice is null)
            return;
        if (!byOperator)
            complaints.Add(new($"{field}/unitPrice", "Only an operator may name a price."));
        if (line.UnitPrice is < 0 or > MaxUnitPrice || decimal.Round(line.UnitPrice.Value, 4) != line.UnitPrice)
            complaints.Add(new($"{field}/unitPrice", $"A price is 0 to {MaxUnitPrice} with four decimals at most."));
    }
}
