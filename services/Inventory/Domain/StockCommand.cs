using DaprShop.Contracts;

namespace DaprShop.Inventory.Domain;

/// <summary>A wish to change stock.</summary>
internal abstract record StockCommand
{
    /// <summary>SKUs whose levels the decision needs.</summary>
    public abstract IEnumerable<string> Skus { get; }

    /// <summary>Orders whose claims the decision needs.</summary>
    public virtual IEnumerable<Guid> OrderIds => [];
}

/// <summary>Allocate to each order, in this sequence, all it asks for or nothing.</summary>
internal sealed record Reserve(IReadOnlyList<ReserveOrder> Orders) : StockCommand
{
    public override IEnumerable<string> Skus => Orders.SelectMany(o => o.Lines).Select(l => l.Sku);

    public override IEnumerable<Guid> OrderIds => Orders.Select(o => o.OrderId);
}

/// <summary>Give back what these orders have claimed, and refuse them from now on.</summary>
internal sealed record Release(IReadOnlyList<Guid> Orders) : StockCommand
{
    public override IEnumerable<string> Skus => [];

    public override IEnumerable<Guid> OrderIds => Orders;
}

/// <summary>A physical movement of one or more levels, wholly or not at all, once per key.</summary>
internal sealed record Book(
    string Key, byte[] Fingerprint, MovementKind Kind, string Cause, string Actor, string? Reason, IReadOnlyList<BookLine> Lines) : StockCommand
{
    public override IEnumerable<string> Skus => Lines.Select(l => l.Sku);
}

/// <summary>Units, signed, at a level.</summary>
internal sealed record BookLine(string Sku, string Location, int Quantity);
