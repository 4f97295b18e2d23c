using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Messaging;

namespace DaprShop.Inventory.Reading;

/// <summary>Broadcasts changed levels to all replicas, which update their process memory.</summary>
internal sealed class StockBroadcastHandler(LocalStockCache memory) : IBroadcastHandler
{
    public string Topic => Topics.Stock;

    /// <summary>The last quantities of each level with a movement on the page; null where there is none.</summary>
    public static EventPage? Condense(EventPage page)
    {
        var last = new Dictionary<(string, string), MovementLine>();
        foreach (
            var line in page
                .Events.Where(e => e.Type == EventTypes.StockMoved)
                .SelectMany(e => e.Read<StockMoved>().Movements)
        )
            last[(line.Sku, line.Location)] = line;
        if (last.Count == 0)
            return null;
        var lines = last.Values;
        var levels = new StockLevels(
            [.. lines.Select(l => l.Sku)],
            [.. lines.Select(l => l.Location)],
            [.. lines.Select(l => l.Sequence)],
            [.. lines.Select(l => l.OnHand)],
            [.. lines.Select(l => l.Unavailable)],
            [.. lines.Select(l => l.Allocated)],
            [.. lines.Select(l => l.Held)],
            [.. lines.Select(l => l.Incoming)]
        );
        // Dated by the page's first event, so that no level looks newer than it is.
        return new EventPage(
            page.Producer,
            [
                page.Events[^1] with
                {
                    Type = EventTypes.StockLevels,
                    OccurredAt = page.Events[0].OccurredAt,
                    Data = JsonSerializer.SerializeToElement(levels, JsonSerializerOptions.Web),
                },
            ]
        );
    }

    public void Handle(EventPage page)
    {
        foreach (var entry in page.Events.Where(e => e.Type == EventTypes.StockLevels))
            memory.Update(entry.Read<StockLevels>(), entry.OccurredAt.ToUnixTimeMilliseconds());
    }
}
