using System.Text.Json;
using Dapr.Actors.Runtime;
using DaprShop.Inventory.Data;
using DaprShop.Inventory.Domain;

namespace DaprShop.Inventory.Actors;

/// <summary>
/// Serialises a SKU's line, and wakes up when an offer's time is over to pass its units on. It remembers nothing: the line is in the database, and so an
/// actor that is lost, or alive twice, gives nothing away twice.
/// </summary>
internal sealed class WaitlistActor(ActorHost host, StockCommands stock, HoldReader holds, TimeProvider time)
    : Actor(host),
        IWaitlistActor,
        IRemindable
{
    private const string OfferEnds = "offer-ends";
    private static readonly TimeSpan Once = TimeSpan.FromMilliseconds(-1);

    private string Sku => Waitlists.SkuOf(Id);

    public async Task<JsonElement> JoinAsync(WaitlistWish wish) => await DoAsync(Waitlists.Join(Sku, wish));

    public async Task<JsonElement> LeaveAsync(WaitlistWish wish) => await DoAsync(Waitlists.Leave(Sku, wish));

    public async Task WatchAsync()
    {
        if ((await holds.OffersOfAsync(Sku, CancellationToken.None)).FirstOrDefault() is not { } first)
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
        var lapsed = (await holds.OffersOfAsync(Sku, CancellationToken.None))
            .Where(o => o.State == HoldState.Expired)
            .Select(o => o.Id)
            .ToList();
        if (lapsed.Count > 0)
            await stock.RunAsync<ExpireHolds>(new ExpireHolds(lapsed), CancellationToken.None);
        await WatchAsync();
    }

    private async Task<JsonElement> DoAsync(StockCommand command) =>
        JsonSerializer.SerializeToElement(
            await stock.RunAsync<Answer>(command, CancellationToken.None),
            StockAnswers.Json
        );
}
