using System.Text.Json;
using Dapr.Actors.Runtime;
using DaprShop.Inventory.Holds;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Inventory.Waitlist;

/// <summary>
/// Serialises requests to a SKU's waitlist, and expires offers at their end by a reminder, so that the next entry gets
/// the units. It has no state: the waitlist is in the database, so an actor that is lost, or active twice, gives no
/// unit away twice.
/// </summary>
internal sealed class WaitlistActor(ActorHost host, StockCommandQueue stock, HoldQueries holds, TimeProvider time)
    : Actor(host),
        IWaitlistActor,
        IRemindable
{
    private const string OfferEnds = "offer-ends";
    private static readonly TimeSpan Once = TimeSpan.FromMilliseconds(-1);

    private string Sku => WaitlistClient.SkuOf(Id);

    public async Task<JsonElement> JoinAsync(WaitlistRequest request) =>
        await DoAsync(WaitlistClient.Join(Sku, request));

    public async Task<JsonElement> LeaveAsync(WaitlistRequest request) =>
        await DoAsync(WaitlistClient.Leave(Sku, request));

    public async Task WatchAsync()
    {
        if ((await holds.OffersOfSkuAsync(Sku, CancellationToken.None)).FirstOrDefault() is not { } first)
        {
            await UnregisterReminderAsync(OfferEnds);
            return;
        }

        var remaining = first.ExpiresAt - time.GetUtcNow();
        await RegisterReminderAsync(OfferEnds, [], remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero, Once);
    }

    /// <summary>
    /// Expires the offers whose end has passed. A reminder that fires early finds none and is set again.
    /// </summary>
    public async Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        var expired = (await holds.OffersOfSkuAsync(Sku, CancellationToken.None))
            .Where(o => o.State == HoldState.Expired)
            .Select(o => o.Id)
            .ToList();
        if (expired.Count > 0)
            await stock.RunAsync<ExpireHoldsCommand>(new ExpireHoldsCommand(expired), CancellationToken.None);
        await WatchAsync();
    }

    private async Task<JsonElement> DoAsync(StockCommand command) =>
        JsonSerializer.SerializeToElement(
            await stock.RunAsync<CommandOutcome>(command, CancellationToken.None),
            StockResponses.Json
        );
}
