using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.PubSub;

/// <summary>Serves the subscriptions of every app that listens.</summary>
internal sealed class SubscriptionsWorker(
    Sidecars sidecars,
    ConsumerNames consumers,
    SubscriptionRegistry registry,
    AppClient client,
    MessageStore store,
    TopicSignals signals,
    ILoggerFactory loggers
) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(sidecars.All.Where(s => s.AppPort > 0).Select(s => ServeAsync(s, stoppingToken)));

    private async Task ServeAsync(Sidecar sidecar, CancellationToken stopping)
    {
        await using var app = new AppSubscriber(sidecar, consumers, registry, client, store, signals, loggers);
        await app.RunAsync(stopping);
    }
}
