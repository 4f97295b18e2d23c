using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>Moves of allocated units between locations.</summary>
internal sealed partial class StockRules
{
    /// <summary>
    /// Moves units of an order from one location to another that has them available. What becomes available at the first
    /// serves those who wait.
    /// </summary>
    private object Decide(MoveAllocationCommand move)
    {
        if (Find(move.OrderId) is not { IsClaiming: true })
            return new Refusal(RefusalKind.NotFound, $"stock allocated to order {move.OrderId}");
        var open = OpenPartsOf(move.OrderId).FirstOrDefault(p => (p.Sku, p.Location) == (move.Sku, move.From)).Quantity;
        if (open < move.Quantity)
            return new Refusal(RefusalKind.TooFewAllocated, move.Sku, State: open);
        SkuQuantity[] moved = [new(move.Sku, move.Quantity)];
        if (!_stock.Find(move.Sku, move.To).Sold)
            return new Refusal(
                RefusalKind.OutOfStock,
                move.Sku,
                [_stock.Describe(move.Sku, move.Quantity) with { Available = 0 }]
            );
        if (CheckAvailable(move.To, moved) is { } missing)
            return missing;

        var number = _loaded.Reallocations.GetValueOrDefault(move.OrderId) + 1;
        _loaded.Reallocations[move.OrderId] = number;
        Move(() =>
        {
            Reallocate(move.From, -move.Quantity);
            Reallocate(move.To, move.Quantity);
        });
        ServeQueue([move.Sku]);
        return new StockResponses.BookingResponse(
            move.OrderId.ToString(),
            Levels([(move.Sku, move.From), (move.Sku, move.To)])
        );

        void Reallocate(string location, int units)
        {
            _stock.Move(
                move.Sku,
                location,
                MovementKind.Reallocated,
                units,
                new(Allocated: units),
                move.Because(move.OrderId.ToString()),
                number
            );
            Allocations.Add(
                new Allocation(move.OrderId, move.Sku, location, units, Allocation.FirstReallocation + number)
            );
        }
    }
}
