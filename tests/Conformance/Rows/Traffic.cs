using Dapr;
using DaprShop.Conformance.Runtime;
using DaprShop.TestKit;

namespace DaprShop.Conformance.Rows;

/// <summary>A numbered message.</summary>
internal sealed record Numbered(long Number);

/// <summary>Publishes numbers, and waits for them.</summary>
internal static class Traffic
{
    private const int BatchSize = 10;
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Publishes numbers until the broker has acknowledged all of them; negative ones are probes.</summary>
    public static async Task PublishAsync(this Node node, string subject, int first, int count)
    {
        var (pubsub, topic) = (subject.Split('/')[0], subject.Split('/')[1]);
        foreach (var chunk in Enumerable.Range(first, count).Chunk(BatchSize))
            await Wait.UntilAsync(
                () => TryAsync(node, pubsub, topic, [.. chunk.Select(n => new Numbered(n))]),
                $"{node.Name} publishes"
            );
    }

    /// <summary>
    /// Publishes probes until every node has handled one, including the last: then all subscriptions are active, and no
    /// message is in flight.
    /// </summary>
    public static async Task SubscribedAsync(this IEnumerable<Node> nodes, string subject)
    {
        var all = nodes.ToList();
        var probe = 0;
        await Wait.UntilAsync(
            async () =>
            {
                await all[0].PublishAsync(subject, --probe, 1);
                var done = await Wait.HoldsWithinAsync(
                    () => Task.FromResult(all.Exists(n => Probes(n, subject).Contains(probe))),
                    ProbeTimeout
                );
                return done && all.TrueForAll(n => Probes(n, subject).Any());
            },
            $"{string.Join(", ", all.Select(n => n.Name))} receive probes"
        );
        // A broadcast reaches the other nodes slightly later.
        await Wait.UntilAsync(
            () =>
                !subject.StartsWith("broadcast", StringComparison.Ordinal)
                || all.TrueForAll(n => Probes(n, subject).Contains(probe)),
            "all have the last probe"
        );
    }

    private static IEnumerable<long> Probes(Node node, string subject) =>
        node.Record.Where(d => d.What == "done" && d.Subject == subject && d.Number < 0).Select(d => d.Number);

    /// <summary>Waits until the nodes together have handled 1 … <paramref name="count"/>.</summary>
    public static async Task DoneAsync(this Stage stage, string subject, int count, params IEnumerable<Node> nodes)
    {
        var expected = Enumerable.Range(1, count).Select(n => (long)n).ToList();
        var missing = expected;
        try
        {
            await Wait.UntilAsync(
                () => (missing = [.. expected.Except(nodes.SelectMany(n => n.Numbers("done", subject)))]).Count == 0,
                "all messages are handled"
            );
        }
        catch (TimeoutException)
        {
            throw new TimeoutException(
                $"{missing.Count} of {count} messages were not handled: {string.Join(", ", missing.Take(10))}…\n"
                    + stage.Logs()
            );
        }
    }

    /// <summary>How many of <paramref name="numbers"/> are repeats.</summary>
    public static int Repeats(this IReadOnlyCollection<long> numbers) => numbers.Count - numbers.Distinct().Count();

    /// <summary>How many of <paramref name="numbers"/> come after a larger one.</summary>
    public static int OutOfOrder(this IEnumerable<long> numbers)
    {
        var (largest, late) = (0L, 0);
        foreach (var number in numbers)
        {
            if (number < largest)
                late++;
            largest = Math.Max(largest, number);
        }

        return late;
    }

    private static async Task<bool> TryAsync(Node node, string pubsub, string topic, IReadOnlyList<Numbered> messages)
    {
        try
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            return (await node.Client.BulkPublishEventAsync(pubsub, topic, messages, cancellationToken: timeout.Token))
                    .FailedEntries
                    .Count == 0;
        }
        catch (Exception e) when (e is DaprException or OperationCanceledException or Grpc.Core.RpcException)
        {
            return false;
        }
    }
}
