using DaprShop.Contracts;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.History.Timelines;

/// <summary>Adds the events of Payments to the order timelines.</summary>
internal sealed class PaymentsProjection : IProjection
{
    public string Topic => Topics.Payments;

    public Task ApplyAsync(
        NpgsqlConnection connection,
        IReadOnlyList<LoggedEvent> events,
        CancellationToken cancellationToken
    ) =>
        TimelineWriter.WriteOrdersAsync(
            connection,
            [],
            [.. events.SelectMany(TimelineRules.EntriesOf)],
            cancellationToken
        );
}
