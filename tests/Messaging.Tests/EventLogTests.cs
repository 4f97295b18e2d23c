using DaprShop.Contracts;

namespace DaprShop.Messaging.Tests;

public sealed class EventLogTests : IAsyncLifetime
{
    private static readonly ParallelOptions EightAtOnce = new() { MaxDegreeOfParallelism = 8 };
    private MessagingDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await MessagingDatabase.CreateAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Positions_are_dense_although_writers_race_and_some_roll_back()
    {
        await Parallel.ForAsync(0, 120, EightAtOnce, async (i, _) =>
            await _database.AppendAsync(1 + (i % 5), commit: i % 3 != 0)
        );

        var log = await _database.LogAsync();
        var expected = Enumerable.Range(0, 120).Where(i => i % 3 != 0).Sum(i => 1 + (i % 5));
        log.Select(e => e.Position).Should().Equal(Enumerable.Range(1, expected).Select(i => (long)i));
        log.Select(e => e.Id).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task A_reader_that_has_seen_a_position_has_seen_every_earlier_one()
    {
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(
            async () =>
            {
                var seen = 0L;
                while (!stop.IsCancellationRequested)
                {
                    await using var connection = await _database.Source.OpenConnectionAsync(CancellationToken.None);
                    foreach (var entry in await connection.ReadEventsAsync(seen, 1_000, CancellationToken.None))
                        entry.Position.Should().Be(++seen);
                }
            },
            CancellationToken.None
        );

        await Parallel.ForAsync(0, 100, EightAtOnce, async (i, _) =>
            await _database.AppendAsync(1 + (i % 7), commit: i % 4 != 0)
        );
        await stop.CancelAsync();

        await reading;
    }

    [Fact]
    public async Task An_event_is_read_as_it_was_written()
    {
        await _database.AppendAsync(3);

        var last = (await _database.LogAsync())[^1];
        last.Read<PaymentRecorded>().Should().Be(new PaymentRecorded("r", "k", 3, null));
        (last.Type, last.Subject, last.Version).Should().Be(("test", "subject", 3));
    }
}
