using System.Net;
using DaprShop.Contracts;
using DaprShop.Payments.Model;
using DaprShop.Payments.Provider;
using DaprShop.ServiceDefaults;

namespace DaprShop.Payments.Capturing;

/// <summary>
/// Renews authorisations before they lapse, and tells Orders of those that could not be renewed, until it has acted upon
/// them: the customer is asked for another card.
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
        foreach (var payment in lapsed)
        {
            try
            {
                await services.PostAsync(Apps.Orders, "payments/lapsed", payment, cancellationToken);
                await store.MarkToldAsync(payment, cancellationToken);
            }
            catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.Conflict)
            {
                // A shipment of the order is being prepared, and learns it itself: Orders is told again afterwards.
            }
        }

        return renewals.Count == Together;
    }
}
