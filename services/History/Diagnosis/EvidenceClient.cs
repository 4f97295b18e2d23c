using System.Net;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using Polly;

namespace DaprShop.History.Diagnosis;

/// <summary>
/// Asks the other services about an order. It waits two seconds for each and does not retry: the client can.
/// </summary>
internal sealed class EvidenceClient(ServiceInvoker invoker, TimeProvider time)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly ResiliencePipeline _timeout = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddTimeout(Timeout)
        .Build();

    /// <summary>The order's saga, from Orders.</summary>
    public Task<Answer<OrderState>> GetOrderAsync(Guid orderId, CancellationToken cancellationToken) =>
        GetAsync<OrderState>(Apps.Orders, $"internal/orders/{orderId}/state", cancellationToken);

    /// <summary>The order's claims on stock, from Inventory.</summary>
    public Task<Answer<OrderClaims>> GetClaimsAsync(Guid orderId, CancellationToken cancellationToken) =>
        GetAsync<OrderClaims>(Apps.Inventory, $"internal/orders/{orderId}/claims", cancellationToken);

    /// <summary>The order's payment, from Payments.</summary>
    public Task<Answer<OrderPayment>> GetPaymentAsync(Guid orderId, CancellationToken cancellationToken) =>
        GetAsync<OrderPayment>(Apps.Payments, $"internal/orders/{orderId}/payment", cancellationToken);

    private async Task<Answer<T>> GetAsync<T>(string app, string path, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return new Answer<T>(
                await _timeout.ExecuteAsync(
                    async token => await invoker.GetAsync<T>(app, path, token),
                    cancellationToken
                )
            );
        }
        catch (HttpRequestException e)
        {
            return new Answer<T>(null, IsUnknown: e.StatusCode == HttpStatusCode.NotFound);
        }
        catch (Exception e)
            when (e is JsonException or ExecutionRejectedException
                || e is OperationCanceledException && !cancellationToken.IsCancellationRequested
            )
        {
            return new Answer<T>(null);
        }
    }

    /// <summary>A service's answer; null where it did not answer.</summary>
    /// <param name="IsUnknown">The service answered 404.</param>
    internal readonly record struct Answer<T>(T? Value, bool IsUnknown = false)
        where T : class;
}
