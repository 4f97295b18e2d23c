using DaprShop.Contracts;
using DaprShop.History.Data;
using DaprShop.History.Domain;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.History.Features;

/// <summary>Adds what Payments tells to the orders' timelines.</summary>
internal sealed class FoldPayments : IProjection
{
    public string Topic => Topics.Payments;

    public Task ApplyAsync(
        NpgsqlConnection connection,
        IReadOnlyList<LoggedEvent> events,
        CancellationToken cancellationToken
    ) => TimelineWriter.WriteOrdersAsync(connection, [], [.. events.SelectMany(Folding.Entries)], cancellationToken);
}
