using System.Net.Http.Headers;
using System.Text;
using Dapper;
using StandardWebhooks;

namespace DaprShop.PaymentProvider;

/// <summary>
/// Finishes payments whose processing time has passed, ends authorisations that were not captured in time, and sends
/// webhooks, signed by the scheme of Standard Webhooks, until the receiver answers with success: after 1, 2, 4 … seconds,
/// at most a minute apart.
/// </summary>
internal sealed class WebhookSender(
    IntentStore intents,
    ProviderLedger ledger,
    ProviderSettings settings,
    FaultPlan plan,
    IHttpClientFactory clients,
    TimeProvider time,
    ILogger<WebhookSender> logger
) : BackgroundService
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private const int Together = 8;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(PollInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await intents.CompleteDueAsync(stoppingToken);
                await intents.LapseDueAsync(stoppingToken);
                if (settings.WebhookUrl.Length > 0)
                    await SendDueAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process is stopping.
        }
    }

    private async Task SendDueAsync(CancellationToken stop)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var due = await ledger.TransactAsync(
            db =>
                db.Query<Webhook>(
                        "select id, body, attempts from webhooks where due <= @now order by due limit 100",
                        new { now }
                    )
                    .ToList(),
            stop
        );
        await Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = stop },
            async (webhook, cancel) => await SendAsync(webhook, cancel)
        );
    }

    private async Task SendAsync(Webhook webhook, CancellationToken cancel)
    {
        var times = FaultPlan.Hits(plan.Current.WebhookTwice) ? 2 : 1;
        var isDelivered = false;
        for (var i = 0; i < times; i++)
            isDelivered = await PostAsync(webhook, cancel);
        await ledger.TransactAsync(
            db =>
                isDelivered
                    ? db.Execute("delete from webhooks where id = @Id", new { webhook.Id })
                    : db.Execute(
                        "update webhooks set due = @due, attempts = attempts + 1 where id = @Id",
                        new
                        {
                            webhook.Id,
                            due = time.GetUtcNow().ToUnixTimeMilliseconds()
                                + (long)Math.Min(60_000, 1000 * Math.Pow(2, webhook.Attempts)),
                        }
                    ),
            cancel
        );
    }

    private async Task<bool> PostAsync(Webhook webhook, CancellationToken cancel)
    {
        var sentAt = time.GetUtcNow();
        var signature = new StandardWebhook(settings.WebhookSecret).Sign(webhook.Id, sentAt, webhook.Body);
        using var request = new HttpRequestMessage(HttpMethod.Post, settings.WebhookUrl)
        {
            Content = new StringContent(webhook.Body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.Add("webhook-id", webhook.Id);
        request.Headers.Add(
            "webhook-timestamp",
            sentAt.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture)
        );
        request.Headers.Add("webhook-signature", signature);
        try
        {
            using var response = await clients.CreateClient().SendAsync(request, cancel);
            if (response.IsSuccessStatusCode)
                return true;
            Log.WebhookRefused(logger, webhook.Id, (int)response.StatusCode);
        }
        catch (HttpRequestException e)
        {
            Log.WebhookFailed(logger, webhook.Id, e.Message);
        }

        return false;
    }

    private sealed record Webhook(string Id, string Body, long Attempts);
}

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Webhook {Id} was answered with {Status} and is sent again later.")]
    public static partial void WebhookRefused(ILogger logger, string id, int status);

    [LoggerMessage(LogLevel.Warning, "Webhook {Id} did not arrive ({Message}) and is sent again later.")]
    public static partial void WebhookFailed(ILogger logger, string id, string message);
}
