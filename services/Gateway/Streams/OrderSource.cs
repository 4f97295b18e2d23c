using System.Globalization;
using System.Text.Json;
using DaprShop.Contracts;

namespace DaprShop.Gateway.Streams;

/// <summary>What Orders answered: transitions, or why not; neither, where it is away.</summary>
internal sealed record OrderAnswer(OrderTransitions? Transitions, Refusal? Refusal);

/// <summary>A problem of Orders, to be passed on.</summary>
internal sealed record Refusal(int Status, string Problem);

/// <summary>Asks Orders what became of an order, on behalf of who watches it: Orders decides who may.</summary>
internal sealed class OrderSource(Sidecar sidecar, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task<OrderAnswer> AskAsync(
        Guid order,
        int after,
        string? authorization,
        CancellationToken cancellationToken
    )
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{sidecar.MethodsOf(Apps.Orders)}/orders/{order}/transitions?after={after}"
                )
            );
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
            if (sidecar.ApiToken is { } token)
                request.Headers.Add(SidecarDoor.Header, token);
            using var response = await sidecar.Client.SendAsync(request, patience.Token);
            var body = await response.Content.ReadAsStringAsync(patience.Token);
            if (response.IsSuccessStatusCode)
                return new OrderAnswer(
                    JsonSerializer.Deserialize<OrderTransitions>(body, JsonSerializerOptions.Web),
                    null
                );
            var refused =
                (int)response.StatusCode < 500
                && response.Content.Headers.ContentType?.MediaType == "application/problem+json";
            return new OrderAnswer(null, refused ? new Refusal((int)response.StatusCode, body) : null);
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException or OperationCanceledException
                && !cancellationToken.IsCancellationRequested
            )
        {
            return new OrderAnswer(null, null);
        }
    }
}
