using System.Globalization;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Gateway.Sidecar;
using Polly.Timeout;

namespace DaprShop.Gateway.LiveStatus;

/// <summary>A response of Orders: the transitions, or a rejection, or neither where Orders is unavailable.</summary>
internal sealed record OrderTransitionsResponse(OrderTransitions? Transitions, RejectedRequest? Rejection);

/// <summary>A problem of Orders, to be returned to the client as it is.</summary>
/// <param name="Problem">The problem as JSON.</param>
internal sealed record RejectedRequest(int Status, string Problem);

/// <summary>
/// Gets an order's transitions from Orders, with the client's token: Orders decides who may see an order. It does not
/// retry: an open stream asks again.
/// </summary>
internal sealed class OrderTransitionsClient(DaprSidecar sidecar, IHttpClientFactory clients)
{
    /// <summary>Name of the HTTP client.</summary>
    public const string Client = "order-transitions";

    /// <summary>How long Orders may take to respond.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>The transitions of <paramref name="order"/> after version <paramref name="after"/>.</summary>
    public async Task<OrderTransitionsResponse> GetAsync(
        Guid order,
        int after,
        string? authorization,
        CancellationToken cancellationToken
    )
    {
        var url = string.Create(
            CultureInfo.InvariantCulture,
            $"{sidecar.InvocationUrl(Apps.Orders)}/orders/{order}/transitions?after={after}"
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        try
        {
            using var client = clients.CreateClient(Client);
            using var response = await client.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            if (response.IsSuccessStatusCode)
                return new(JsonSerializer.Deserialize<OrderTransitions>(body, JsonSerializerOptions.Web), null);
            var status = (int)response.StatusCode;
            var isProblem = response.Content.Headers.ContentType?.MediaType == "application/problem+json";
            return new(null, status < 500 && isProblem ? new RejectedRequest(status, body) : null);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutRejectedException)
        {
            return new(null, null);
        }
    }
}
