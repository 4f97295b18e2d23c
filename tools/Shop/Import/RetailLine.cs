namespace DaprShop.Shop.Import;

/// <summary>One line of an invoice of the retail file.</summary>
/// <param name="Price">GBP per unit.</param>
/// <param name="Customer">Null where the file names no customer.</param>
internal sealed record RetailLine(
    string Invoice,
    string Sku,
    string Name,
    int Quantity,
    decimal Price,
    string? Customer
)
{
    /// <summary>A line of a credit note: returned goods and a refund.</summary>
    public bool IsReturn => IsCredit(Invoice);

    /// <summary>
    /// A sold item. A line that is neither a sale nor a return is a note of the warehouse: it is counted but not
    /// imported.
    /// </summary>
    public bool IsSale => !IsReturn && Quantity > 0 && Price > 0;

    public decimal Value => Quantity * Price;

    public static bool IsCredit(string invoice) => invoice.StartsWith('C');
}
