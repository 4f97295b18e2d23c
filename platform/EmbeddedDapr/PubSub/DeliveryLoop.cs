using EmbeddedDapr.Hosting;
using EmbeddedDapr.Resources;
using Npgsql;

namespace EmbeddedDapr.PubSub;

/// <summary>Hands a subscription's messages to one replica of its app, until it is stopped.</summary>
/// <param name="id">The subscription's row.</param>
internal sealed class DeliveryLoop(
    long id,
    Sidecar sidecar,
    Subscription subscription,
    string consumer,
    AppDelivery delivery,
    MessageStore store,
    TopicSignals signals,
    ILogger<DeliveryLoop> logger
)
{
    // What a killed process held is handed out again after this.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Renewal = Lease / 3;

    // Finds what other processes published, and what is due again.
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan AwayPause = TimeSpan.FromSeconds(1);

    // Dapr's default for components that have one.
    private const int SinglesAtOnce = 10;

    private readonly TopicName _topic = new(subscription.PubSub, subscription.Topic);
    private readonly int _size = subscription.BulkSize > 0 ? subscription.BulkSize : SinglesAtOnce;
    private readonly Signal _signal = new();

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
                    await _signal.WaitAsync(Poll, stopping);
                else if (!await DeliverAsync(leased))
                    await Task.Delay(AwayPause, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (NpgsqlException e)
            {
                logger.LogStoreAway(consumer, _topic, e.Message);
                await Task.Delay(AwayPause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>False when the app is away. A stop does not interrupt it: what the app handles now is written down.</summary>
    private async Task<bool> DeliverAsync(IReadOnlyList<Leased> leased)
    {
        var expired = leased.Where(m => m.Expired).ToList();
        var held = leased.Where(m => !m.Expired).ToList();
        var sending = delivery.SendAsync(held);
        while (await Task.WhenAny(sending, Task.Delay(Renewal, CancellationToken.None)) != sending)
            held = await RenewedAsync(held);
        var verdicts = await sending;
        var settlement = Settle(
            held.Zip(verdicts).Concat(expired.Select(m => (m, new Verdict(Answer.Drop, "It has expired."))))
        );
        await store.SettleAsync(_topic, consumer, id, settlement, subscription.DeadLetterTopic, CancellationToken.None);
        return !verdicts.Any(v => v.Answer == Answer.Away);
    }

    private async Task<List<Leased>> RenewedAsync(List<Leased> held)
    {
        try
        {
            return await store.RenewAsync(id, held, Lease, CancellationToken.None);
        }
        catch (NpgsqlException e)
        {
            logger.LogStoreAway(consumer, _topic, e.Message);
            return held;
        }
    }

    private Settlement Settle(IEnumerable<(Leased Message, Verdict Verdict)> answers)
    {
        var settlement = new Settlement();
        foreach (var (message, verdict) in answers)
        {
            var failures = message.Failures + 1;
            switch (verdict.Answer)
            {
                case Answer.Handled:
                    settlement.Done.Add(message.Id);
                    break;
                case Answer.Away:
                    settlement.Again.Add((message, TimeSpan.Zero, message.Failures));
                    break;
                case Answer.Retry when !_retries.IsExhaustedAfter(failures):
                    logger.LogRetry(consumer, _topic, message.Id, failures, verdict.Cause);
                    settlement.Again.Add((message, _retries.WaitAfter(failures), failures));
                    break;
                case Answer.Drop when subscription.DeadLetterTopic is null:
                    logger.LogDropped(consumer, _topic, message.Id, verdict.Cause);
                    settlement.Done.Add(message.Id);
                    break;
                default:
                    logger.LogGivenUp(
                        consumer,
                        _topic,
                        message.Id,
                        failures,
                        subscription.DeadLetterTopic ?? "the table dead",
                        verdict.Cause
                    );
                    settlement.Dead.Add((message, verdict.Cause));
                    break;
            }
        }

        return settlement;
    }
}
