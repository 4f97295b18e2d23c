using DaprShop.Contracts;
using DaprShop.History.Model;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.History.Timelines;

/// <summary>Adds the events of Orders to the order timelines.</summary>
internal sealed class OrdersProjection : IProjection
{
    public string Topic => Topics.Orders;

    public Task ApplyAsync(
        NpgsqlConnection connection,
        IReadOnlyList<LoggedEvent> events,
        CancellationToken cancellationToken
    ) =>
        TimelineWriter.WriteOrdersAsync(
            connection,
            [.. events.Select(TimelineRules.OwnerOf).OfType<OrderOwner>()],
            [.. events.SelectMany(TimelineRules.EntriesOf)],
            cancellationToken
        );
}
