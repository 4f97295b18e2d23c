using System.Text.Json;
using Dapr.Actors.Runtime;
using DaprShop.Inventory.Holds;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Inventory.Waitlist;

/// <summary>
/// Serialises a SKU's line, and wakes up when an offer's time is over to pass its units on. It remembers nothing: the line is in the database, and so an
/// actor that is lost, or alive twice, gives nothing away twice.
/// </summary>
internal sealed class WaitlistActor(ActorHost host, StockCommandQueue stock, HoldQueries holds, TimeProvider time)
    : Actor(host),
        IWaitlistActor,
        IRemindable
{
    private const string OfferEnds = "offer-ends";
    private static readonly TimeSpan Once = TimeSpan.FromMilliseconds(-1);

    private string Sku => WaitlistClient.SkuOf(Id);

    public async Task<JsonElement> JoinAsync(WaitlistRequest wish) => await DoAsync(WaitlistClient.Join(Sku, wish));

    public async Task<JsonElement> LeaveAsync(WaitlistRequest wish) => await DoAsync(WaitlistClient.Leave(Sku, wish));

    public async Task WatchAsync()
    {
        if ((await holds.OffersOfSkuAsync(Sku, CancellationToken.None)).FirstOrDefault() is not { } first)
        {
            await UnregisterReminderAsync(OfferEnds);
            return;
        }

        var left = first.ExpiresAt - time.GetUtcNow();
        await RegisterReminderAsync(OfferEnds, [], left > TimeSpan.Zero ? left : TimeSpan.Zero, Once);
    }

    /// <summary>A reminder that comes early finds nothing lapsed, and is set again.</summary>
    public async Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        var lapsed = (await holds.OffersOfSkuAsync(Sku, CancellationToken.None))
            .Where(o => o.State == HoldState.Expired)
            .Select(o => o.Id)
            .ToList();
        if (lapsed.Count > 0)
            await stock.RunAsync<ExpireHoldsCommand>(new ExpireHoldsCommand(lapsed), CancellationToken.None);
        await WatchAsync();
    }

    private async Task<JsonElement> DoAsync(StockCommand command) =>
        JsonSerializer.SerializeToElement(
            await stock.RunAsync<CommandOutcome>(command, CancellationToken.None),
            StockResponses.Json
        );
}
