using Dapr;
using DaprShop.Conformance.Runtime;
using DaprShop.TestKit;

namespace DaprShop.Conformance.Rows;

/// <summary>A numbered message.</summary>
internal sealed record Numbered(long Number);

/// <summary>Publishing numbers, and waiting for them.</summary>
internal static class Traffic
{
    private const int AtOnce = 10;
    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(2);

    /// <summary>Publishes numbers until the broker has acknowledged all of them; negative ones are probes.</summary>
    public static async Task PublishAsync(this Node node, string subject, int first, int count)
    {
        var (pubsub, topic) = (subject.Split('/')[0], subject.Split('/')[1]);
        foreach (var chunk in Enumerable.Range(first, count).Chunk(AtOnce))
            await Wait.UntilAsync(
                () => TryAsync(node, pubsub, topic, [.. chunk.Select(n => new Numbered(n))]),
                $"{node.Name} publishes"
            );
    }

    /// <summary>Sends probes until every node has got one and the last is done: now their subscriptions are live, and nothing is under way.</summary>
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
                    ProbePatience
                );
                return done && all.TrueForAll(n => Probes(n, subject).Any());
            },
            $"{string.Join(", ", all.Select(n => n.Name))} get probes"
        );
        // A broadcast reaches the others a little later.
        await Wait.UntilAsync(
            () =>
                !subject.StartsWith("broadcast", StringComparison.Ordinal)
                || all.TrueForAll(n => Probes(n, subject).Contains(probe)),
            "all have the last probe"
        );
    }

    private static IEnumerable<long> Probes(Node node, string subject) =>
        node.Record.Where(d => d.What == "done" && d.Subject == subject && d.Number < 0).Select(d => d.Number);

    /// <summary>Waits until the nodes together have done 1 … <paramref name="count"/>.</summary>
    public static async Task DoneAsync(this Stage stage, string subject, int count, params IEnumerable<Node> nodes)
    {
        var expected = Enumerable.Range(1, count).Select(n => (long)n).ToList();
        var missing = expected;
        try
        {
            await Wait.UntilAsync(
                () => (missing = [.. expected.Except(nodes.SelectMany(n => n.Numbers("done", subject)))]).Count == 0,
                "all messages are done"
            );
        }
        catch (TimeoutException)
        {
            throw new TimeoutException(
                $"{missing.Count} of {count} messages were never done: {string.Join(", ", missing.Take(10))}…{Environment.NewLine}{stage.Logs()}"
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
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            return (await node.Client.BulkPublishEventAsync(pubsub, topic, messages, cancellationToken: patience.Token))
                    .FailedEntries
                    .Count == 0;
        }
        catch (Exception e) when (e is DaprException or OperationCanceledException or Grpc.Core.RpcException)
        {
            return false;
        }
    }
}
