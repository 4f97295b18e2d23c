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
/// Calls the <see cref="WaitlistActor"/> of a SKU. Where no actor answers, the request is executed without one: the
/// database serialises too, and the request's key prevents a second execution where the actor did execute it.
/// </summary>
internal sealed class WaitlistClient(IActorProxyFactory actors, StockCommandQueue stock, ILogger<WaitlistClient> logger)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public static JoinWaitlistCommand Join(string sku, WaitlistRequest request) =>
        new(request.Key, request.Fingerprint, Guid.CreateVersion7(), sku, request.Customer, request.Quantity);

    public static LeaveWaitlistCommand Leave(string sku, WaitlistRequest request) =>
        new(request.Key, request.Fingerprint, sku, request.Customer);

    public Task<CommandOutcome> JoinAsync(string sku, WaitlistRequest request, CancellationToken cancellationToken) =>
        InvokeAsync(sku, nameof(IWaitlistActor.JoinAsync), request, Join(sku, request), cancellationToken);

    public Task<CommandOutcome> LeaveAsync(string sku, WaitlistRequest request, CancellationToken cancellationToken) =>
        InvokeAsync(sku, nameof(IWaitlistActor.LeaveAsync), request, Leave(sku, request), cancellationToken);

    /// <summary>Lets the actor set its reminder to the earliest end of the open offers.</summary>
    public async Task WatchAsync(string sku, CancellationToken cancellationToken)
    {
        using var timeout = WithTimeout(cancellationToken);
        await Actor(sku).InvokeMethodAsync(nameof(IWaitlistActor.WatchAsync), timeout.Token);
    }

    /// <summary>True for an exception of a call to an actor that cannot be reached.</summary>
    public static bool IsUnreachable(Exception exception) =>
        exception is DaprException or HttpRequestException or OperationCanceledException;

    /// <summary>
    /// The actor's id: the SKU in Base64, since an id is part of addresses and keys and allows fewer characters.
    /// </summary>
    public static ActorId IdOf(string sku) => new(Base64Url.EncodeToString(Encoding.UTF8.GetBytes(sku)));

    public static string SkuOf(ActorId id) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(id.GetId()));

    private async Task<CommandOutcome> InvokeAsync(
        string sku,
        string method,
        WaitlistRequest request,
        StockCommand command,
        CancellationToken cancellationToken
    )
    {
        using var timeout = WithTimeout(cancellationToken);
        try
        {
            return await Actor(sku).InvokeMethodAsync<WaitlistRequest, CommandOutcome>(method, request, timeout.Token);
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
