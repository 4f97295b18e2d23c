using System.Buffers.Text;
using System.Text;
using Dapr;
using Dapr.Actors;
using Dapr.Actors.Client;
using DaprShop.Inventory.Data;
using DaprShop.Inventory.Domain;

namespace DaprShop.Inventory.Actors;

/// <summary>
/// The way to a SKU's <see cref="WaitlistActor"/>. Where no actor answers, a request is carried out without one: the database serialises too, and the
/// request's key keeps what an actor did unheard from being done twice.
/// </summary>
internal sealed class Waitlists(IActorProxyFactory actors, StockCommands stock, ILogger<Waitlists> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static JoinWaitlist Join(string sku, WaitlistWish wish) =>
        new(wish.Key, wish.Fingerprint, Guid.CreateVersion7(), sku, wish.Customer, wish.Quantity);

    public static LeaveWaitlist Leave(string sku, WaitlistWish wish) =>
        new(wish.Key, wish.Fingerprint, sku, wish.Customer);

    public Task<Answer> JoinAsync(string sku, WaitlistWish wish, CancellationToken cancellationToken) =>
        AskAsync(sku, nameof(IWaitlistActor.JoinAsync), wish, Join(sku, wish), cancellationToken);

    public Task<Answer> LeaveAsync(string sku, WaitlistWish wish, CancellationToken cancellationToken) =>
        AskAsync(sku, nameof(IWaitlistActor.LeaveAsync), wish, Leave(sku, wish), cancellationToken);

    /// <summary>Lets the actor be reminded of the ends of the offers that stand.</summary>
    public async Task WatchAsync(string sku, CancellationToken cancellationToken)
    {
        using var patience = WithPatience(cancellationToken);
        await Actor(sku).InvokeMethodAsync(nameof(IWaitlistActor.WatchAsync), patience.Token);
    }

    /// <summary>True for what calling an actor may end in where none can be reached.</summary>
    public static bool IsAway(Exception exception) =>
        exception is DaprException or HttpRequestException or OperationCanceledException;

    /// <summary>An actor's id is part of addresses and keys: it cannot carry what a SKU can.</summary>
    public static ActorId IdOf(string sku) => new(Base64Url.EncodeToString(Encoding.UTF8.GetBytes(sku)));

    public static string SkuOf(ActorId id) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(id.GetId()));

    private async Task<Answer> AskAsync(
        string sku,
        string method,
        WaitlistWish wish,
        StockCommand command,
        CancellationToken cancellationToken
    )
    {
        using var patience = WithPatience(cancellationToken);
        try
        {
            return await Actor(sku).InvokeMethodAsync<WaitlistWish, Answer>(method, wish, patience.Token);
        }
        catch (Exception e) when (IsAway(e) && !cancellationToken.IsCancellationRequested)
        {
            logger.LogWithoutActor(sku, e.Message);
            return await stock.RunAsync<Answer>(command, cancellationToken);
        }
    }

    private ActorProxy Actor(string sku) => actors.Create(IdOf(sku), nameof(WaitlistActor));

    private static CancellationTokenSource WithPatience(CancellationToken cancellationToken)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        source.CancelAfter(Patience);
        return source;
    }
}
