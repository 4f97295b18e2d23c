using DaprShop.Contracts;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>Lets the service's projections apply the producers' logs once more, from wherever the caller is, into whatever the caller's search path names.</summary>
public sealed class EventReplay
{
    private const string Before = "before_stretch";
    private readonly Dictionary<string, IProjection> _projections;
    private readonly EventSource _source;

    internal EventReplay(IEnumerable<EventIntake> intakes, EventSource source)
    {
        _projections = intakes.ToDictionary(i => i.Producer, i => i.Projection);
        _source = source;
    }

    /// <summary>Whose logs there are to apply.</summary>
    public IReadOnlyCollection<string> Producers => _projections.Keys;

    /// <summary>The next events after <paramref name="after"/>, up to <paramref name="upTo"/>, at least one. Waits for a producer that is away.</summary>
    /// <exception cref="InvalidDataException">The log does not have them any more.</exception>
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
                var events = EventIntake.Contiguous(
                    await _source.FetchAsync(producer, after, cancellationToken),
                    after
                );
                if (events.Count == 0)
                    throw new InvalidDataException(
                        $"The log of {producer} has no event {after + 1}, though it was read up to {upTo} before."
                    );
                return events.FindAll(e => e.Position <= upTo);
            }
            catch (Exception e) when (Transient.Is(e) && !cancellationToken.IsCancellationRequested)
            {
                await backoff.WaitAsync(cancellationToken);
            }
        }
    }

    /// <summary>Applies <paramref name="events"/> in the caller's transaction; those that cannot be applied are answered, and leave nothing behind.</summary>
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
            await _projections[producer].ApplyAsync(transaction.Connection!, events, cancellationToken);
            return [];
        }
        catch (Exception e) when (EventIntake.IsOfTheEvent(e))
        {
            await transaction.RollbackAsync(Before, cancellationToken);
        }

        if (events.Count == 1)
            return events;
        var refused = new List<LoggedEvent>();
        foreach (var entry in events)
            refused.AddRange(await ApplyAsync(transaction, producer, [entry], cancellationToken));
        return refused;
    }
}
