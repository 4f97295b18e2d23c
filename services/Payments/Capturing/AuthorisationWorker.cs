using DaprShop.Contracts;
using DaprShop.Payments.Model;
using DaprShop.Payments.Provider;
using DaprShop.ServiceDefaults;

namespace DaprShop.Payments.Capturing;

/// <summary>
/// Renews authorisations before they lapse, and tells Orders of those that could not be renewed: the customer is asked
/// for another card.
/// </summary>
internal sealed class AuthorisationWorker(
    PaymentStore store,
    ProviderCalls calls,
    ServiceInvoker services,
    AuthorisationSignal signal,
    TimeProvider time,
    ILogger<AuthorisationWorker> logger
) : PollingWorker(TimeSpan.FromSeconds(5), time, logger, signal)
{
    private const int Together = 100;

    protected override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var (renewals, lapsed) = await store.RenewAsync(Together, CaptureRules.Renew, cancellationToken);
        calls.AskInBackground(renewals);
        foreach (var order in lapsed)
        {
            await services.PostAsync(Apps.Orders, "payments/lapsed", new LapsedPayment(order), cancellationToken);
            await store.MarkToldAsync([order], cancellationToken);
        }

        return renewals.Count + lapsed.Count == Together;
    }
}
