using System.Buffers.Text;
using System.Text;
using Dapr;
using Dapr.Actors;
using Dapr.Actors.Client;
using DaprShop.Inventory.Holds;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Inventory.Waitlist;

/// <summary>
/// The way to a SKU's <see cref="WaitlistActor"/>. Where no actor answers, a request is carried out without one: the database serialises too, and the
/// request's key keeps what an actor did unheard from being done twice.
/// </summary>
internal sealed class WaitlistClient(IActorProxyFactory actors, StockCommandQueue stock, ILogger<WaitlistClient> logger)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public static JoinWaitlistCommand Join(string sku, WaitlistRequest wish) =>
        new(wish.Key, wish.Fingerprint, Guid.CreateVersion7(), sku, wish.Customer, wish.Quantity);

    public static LeaveWaitlistCommand Leave(string sku, WaitlistRequest wish) =>
        new(wish.Key, wish.Fingerprint, sku, wish.Customer);

    public Task<CommandOutcome> JoinAsync(string sku, WaitlistRequest wish, CancellationToken cancellationToken) =>
        AskAsync(sku, nameof(IWaitlistActor.JoinAsync), wish, Join(sku, wish), cancellationToken);

    public Task<CommandOutcome> LeaveAsync(string sku, WaitlistRequest wish, CancellationToken cancellationToken) =>
        AskAsync(sku, nameof(IWaitlistActor.LeaveAsync), wish, Leave(sku, wish), cancellationToken);

    /// <summary>Lets the actor be reminded of the ends of the offers that stand.</summary>
    public async Task WatchAsync(string sku, CancellationToken cancellationToken)
    {
        using var timeout = WithTimeout(cancellationToken);
        await Actor(sku).InvokeMethodAsync(nameof(IWaitlistActor.WatchAsync), timeout.Token);
    }

    /// <summary>True for what calling an actor may end in where none can be reached.</summary>
    public static bool IsUnreachable(Exception exception) =>
        exception is DaprException or HttpRequestException or OperationCanceledException;

    /// <summary>An actor's id is part of addresses and keys: it cannot carry what a SKU can.</summary>
    public static ActorId IdOf(string sku) => new(Base64Url.EncodeToString(Encoding.UTF8.GetBytes(sku)));

    public static string SkuOf(ActorId id) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(id.GetId()));

    private async Task<CommandOutcome> AskAsync(
        string sku,
        string method,
        WaitlistRequest wish,
        StockCommand command,
        CancellationToken cancellationToken
    )
    {
        using var timeout = WithTimeout(cancellationToken);
        try
        {
            return await Actor(sku).InvokeMethodAsync<WaitlistRequest, CommandOutcome>(method, wish, timeout.Token);
        }
        catch (Exception e) when (IsUnreachable(e) && !cancellationToken.IsCancellationRequested)
        {
            logger.LogServedWithoutActor(sku, e.Message);
            return await stock.RunAsync<CommandOutcome>(command, cancellationToken);
        }
    }

    private ActorProxy Actor(string sku) => actors.Create(IdOf(sku), nameof(WaitlistActor));

    private static CancellationTokenSource WithTimeout(CancellationToken cancellationToken)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        source.CancelAfter(Timeout);
        return source;
    }
}
