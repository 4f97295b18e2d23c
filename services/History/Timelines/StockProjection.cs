using DaprShop.Contracts;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.History.Timelines;

/// <summary>
/// Adds the events of Inventory to the stock timelines, and to the timelines of the orders that caused them.
/// </summary>
internal sealed class StockProjection : IProjection
{
    public string Topic => Topics.Stock;

    public Task ApplyAsync(
        NpgsqlConnection connection,
        IReadOnlyList<LoggedEvent> events,
        CancellationToken cancellationToken
    )
    {
        var operations = events.Select(TimelineRules.StockOperationOf).OfType<StockOperation>().ToList();
        var entries = events
            .SelectMany(TimelineRules.EntriesOf)
            .Concat(operations.Select(TimelineRules.EntryOf).OfType<TimelineEntry>())
            .ToList();
        return TimelineWriter.WriteStockAsync(connection, operations, entries, cancellationToken);
    }
}
