using EmbeddedDapr.Hosting;
using EmbeddedDapr.Resources;
using Npgsql;

namespace EmbeddedDapr.PubSub;

/// <summary>Delivers a subscription's messages to one replica of its app, until it is stopped.</summary>
/// <param name="id">The id of the subscription's row.</param>
internal sealed class DeliveryLoop(
    long id,
    Sidecar sidecar,
    Subscription subscription,
    string consumer,
    AppDeliveryClient delivery,
    MessageStore store,
    TopicSignals signals,
    ILogger<DeliveryLoop> logger
)
{
    // Messages leased by a killed process are delivered again after this.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Renewal = Lease / 3;

    // Finds messages that other processes published, and messages due for a retry.
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan UnreachableDelay = TimeSpan.FromSeconds(1);

    // Dapr's default concurrency.
    private const int SingleBatchSize = 10;

    private readonly TopicName _topic = new(subscription.PubSub, subscription.Topic);
    private readonly int _size = subscription.BulkSize > 0 ? subscription.BulkSize : SingleBatchSize;
    private readonly WakeUpSignal _signal = new();

    private readonly RetryPolicy _retries = sidecar.InboundRetries.GetValueOrDefault(subscription.PubSub)
        ?? (subscription.DeadLetterTopic is null ? RetryPolicy.Forever : RetryPolicy.Never);

    public async Task RunAsync(CancellationToken stopping)
    {
        using var joined = signals.Join(_topic, _signal);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var leased = await store.LeaseAsync(id, _size, Lease, stopping);
                if (leased.Count == 0)
                    await _signal.WaitAsync(PollInterval, stopping);
                else if (!await DeliverAsync(leased))
                    await Task.Delay(UnreachableDelay, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (NpgsqlException e)
            {
                logger.LogDatabaseUnavailable(consumer, _topic, e.Message);
                await Task.Delay(UnreachableDelay, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>
    /// Returns false when the app is unreachable. A stop does not interrupt it, so that the results are recorded.
    /// </summary>
    private async Task<bool> DeliverAsync(IReadOnlyList<LeasedMessage> leased)
    {
        var expired = leased.Where(m => m.Expired).ToList();
        var held = leased.Where(m => !m.Expired).ToList();
        var sending = delivery.SendAsync(held);
        while (await Task.WhenAny(sending, Task.Delay(Renewal, CancellationToken.None)) != sending)
            held = await RenewedAsync(held);
        var results = await sending;
        var settlement = Settle(
            held.Zip(results)
                .Concat(
                    expired.Select(m => (m, new DeliveryResult(DeliveryOutcome.Dropped, "The message has expired.")))
                )
        );
        await store.SettleAsync(_topic, consumer, id, settlement, subscription.DeadLetterTopic, CancellationToken.None);
        return !results.Any(v => v.Outcome == DeliveryOutcome.Unreachable);
    }

    private async Task<List<LeasedMessage>> RenewedAsync(List<LeasedMessage> held)
    {
        try
        {
            return await store.RenewAsync(id, held, Lease, CancellationToken.None);
        }
        catch (NpgsqlException e)
        {
            logger.LogDatabaseUnavailable(consumer, _topic, e.Message);
            return held;
        }
    }

    private Settlement Settle(IEnumerable<(LeasedMessage Message, DeliveryResult DeliveryResult)> answers)
    {
        var settlement = new Settlement();
        foreach (var (message, result) in answers)
        {
            var failures = message.Failures + 1;
            switch (result.Outcome)
            {
                case DeliveryOutcome.Handled:
                    settlement.Done.Add(message.Id);
                    break;
                case DeliveryOutcome.Unreachable:
                    settlement.Retry.Add((message, TimeSpan.Zero, message.Failures));
                    break;
                case DeliveryOutcome.Failed when !_retries.IsExhaustedAfter(failures):
                    logger.LogRetry(consumer, _topic, message.Id, failures, result.Cause);
                    settlement.Retry.Add((message, _retries.WaitAfter(failures), failures));
                    break;
                case DeliveryOutcome.Dropped when subscription.DeadLetterTopic is null:
                    logger.LogDropped(consumer, _topic, message.Id, result.Cause);
                    settlement.Done.Add(message.Id);
                    break;
                default:
                    logger.LogDeadLettered(
                        consumer,
                        _topic,
                        message.Id,
                        failures,
                        subscription.DeadLetterTopic ?? "the table dead",
                        result.Cause
                    );
                    settlement.Dead.Add((message, result.Cause));
                    break;
            }
        }

        return settlement;
    }
}
