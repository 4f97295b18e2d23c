namespace DaprShop.Shop.Import;

/// <summary>One line of an invoice of the retail file.</summary>
/// <param name="Price">GBP per unit.</param>
/// <param name="Customer">Null: the file does not say who bought.</param>
internal sealed record RetailLine(
    string Invoice,
    string Sku,
    string Name,
    int Quantity,
    decimal Price,
    string? Customer
)
{
    /// <summary>A credit note: goods came back, and money goes back.</summary>
    public bool IsReturn => IsCredit(Invoice);

    /// <summary>Something sold. What is neither this nor a return is a note of the warehouse, which is counted but not imported.</summary>
    public bool IsSale => !IsReturn && Quantity > 0 && Price > 0;

    public decimal Value => Quantity * Price;

    public static bool IsCredit(string invoice) => invoice.StartsWith('C');
}
