using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>
/// Applies the producers' logs again with the service's projections, into the schema that the caller's search path
/// names.
/// </summary>
public sealed class EventReplay
{
    private const string Before = "before_range";
    private readonly Dictionary<string, IProjection> _projections;
    private readonly EventSource _source;

    internal EventReplay(IEnumerable<Inbox> inboxes, EventSource source)
    {
        _projections = inboxes.ToDictionary(i => i.Producer, i => i.Projection);
        _source = source;
    }

    /// <summary>The producers whose logs the projections read.</summary>
    public IReadOnlyCollection<string> Producers => _projections.Keys;

    /// <summary>
    /// The next events after <paramref name="after"/>, up to <paramref name="upTo"/>, at least one. Retries while the
    /// producer is unavailable.
    /// </summary>
    /// <exception cref="InvalidDataException">The log no longer has them.</exception>
    public async Task<IReadOnlyList<LoggedEvent>> FetchAsync(
        string producer,
        long after,
        long upTo,
        CancellationToken cancellationToken
    )
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2));
        while (true)
        {
            try
            {
                var events = Inbox.Contiguous(await _source.FetchAsync(producer, after, cancellationToken), after);
                if (events.Count == 0)
                    throw new InvalidDataException(
                        $"The log of {producer} no longer has event {after + 1}; it reached {upTo} before."
                    );
                return events.FindAll(e => e.Position <= upTo);
            }
            catch (Exception e) when (TransientErrors.IsTransient(e) && !cancellationToken.IsCancellationRequested)
            {
                await backoff.WaitAsync(cancellationToken);
            }
        }
    }

    /// <summary>
    /// Applies <paramref name="events"/> in the caller's transaction. Returns the events that could not be applied;
    /// they leave no effect.
    /// </summary>
    public async Task<IReadOnlyList<LoggedEvent>> ApplyAsync(
        NpgsqlTransaction transaction,
        string producer,
        IReadOnlyList<LoggedEvent> events,
        CancellationToken cancellationToken
    )
    {
        if (events.Count == 0)
            return [];
        await transaction.SaveAsync(Before, cancellationToken);
        try
        {
            Inbox.RefuseUnpublishable(events);
            await _projections[producer].ApplyAsync(transaction.Connection!, events, cancellationToken);
            return [];
        }
        catch (Exception e) when (Inbox.IsCausedByEvent(e))
        {
            await transaction.RollbackAsync(Before, cancellationToken);
        }

        if (events.Count == 1)
            return events;
        var failed = new List<LoggedEvent>();
        foreach (var entry in events)
            failed.AddRange(await ApplyAsync(transaction, producer, [entry], cancellationToken));
        return failed;
    }
}
