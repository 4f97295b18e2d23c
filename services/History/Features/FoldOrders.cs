using DaprShop.Contracts;
using DaprShop.History.Data;
using DaprShop.History.Domain;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.History.Features;

/// <summary>Adds what Orders tells to the orders' timelines.</summary>
internal sealed class FoldOrders : IProjection
{
    public string Topic => Topics.Orders;

    public Task ApplyAsync(
        NpgsqlConnection connection,
        IReadOnlyList<LoggedEvent> events,
        CancellationToken cancellationToken
    ) =>
        TimelineWriter.WriteOrdersAsync(
            connection,
            [.. events.Select(Folding.Owner).OfType<OrderOwner>()],
            [.. events.SelectMany(Folding.Entries)],
            cancellationToken
        );
}
