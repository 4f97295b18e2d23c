using DaprShop.Contracts;
using DaprShop.History.Data;
using DaprShop.History.Domain;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.History.Features;

/// <summary>Adds what Inventory tells to the timelines of the stock levels, and of the orders that caused it.</summary>
internal sealed class FoldStock : IProjection
{
    public string Topic => Topics.Stock;

    public Task ApplyAsync(
        NpgsqlConnection connection,
        IReadOnlyList<LoggedEvent> events,
        CancellationToken cancellationToken
    )
    {
        var operations = events.Select(Folding.Operation).OfType<StockOperation>().ToList();
        var entries = events
            .SelectMany(Folding.Entries)
            .Concat(operations.Select(Folding.Entry).OfType<OrderEntry>())
            .ToList();
        return TimelineWriter.WriteStockAsync(connection, operations, entries, cancellationToken);
    }
}
