using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Shop.Gateway;
using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Startup;

/// <summary>What waits, is paused, is parked or needs an operator although every process works.</summary>
/// <param name="InSaga">Orders that the saga can advance now.</param>
/// <param name="SagaPaused">True while an operator has paused the saga.</param>
/// <param name="ParkedMessages">Messages that could not be applied; null while History does not answer.</param>
/// <param name="NeedAttention">Entries of <c>/ops/attention</c>.</param>
internal sealed record WorkInProgress(int InSaga, bool SagaPaused, long? ParkedMessages, long NeedAttention)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>Asks the gateway; null where it gives no answer.</summary>
    public static async Task<WorkInProgress?> ReadAsync(ShopFolder shop, DaprFile file, CancellationToken cancel)
    {
        using var http = new HttpClient { BaseAddress = new Uri(file.GatewayAddress), Timeout = Timeout };
        try
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
                "Bearer",
                OperatorSession.CreateToken(shop, "status")
            );
            var backlog = await http.GetFromJsonAsync<BacklogAnswer>("ops/backlog", cancel);
            var attention = await http.GetFromJsonAsync<AttentionAnswer>("ops/attention", cancel);
            return new WorkInProgress(backlog!.InSaga, backlog.SagaPaused, backlog.ParkedMessages, attention!.Total);
        }
        catch (Exception failure)
            when (failure is HttpRequestException or JsonException or IOException or ShopException
                || (failure is OperationCanceledException && !cancel.IsCancellationRequested)
            )
        {
            return null;
        }
    }

    /// <summary>What a user should know, as sentences.</summary>
    public IReadOnlyList<string> Notes =>
        [
            .. new[]
            {
                SagaPaused ? "The saga is paused: accepted orders wait. `PUT /ops/saga` resumes it." : null,
                InSaga > 0 ? $"{InSaga} orders are in progress." : null,
                ParkedMessages > 0
                    ? $"{ParkedMessages} messages are parked. `GET /ops/dead-letters` lists them."
                    : null,
                ParkedMessages is null ? "History does not say how many messages are parked." : null,
                NeedAttention > 0
                    ? $"{NeedAttention} entries need an operator. `GET /ops/attention` lists them."
                    : null,
            }.OfType<string>(),
        ];

    private sealed record BacklogAnswer(int InSaga, bool SagaPaused, long? ParkedMessages);

    private sealed record AttentionAnswer(long Total);
}
