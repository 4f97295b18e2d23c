using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Queries;

/// <summary>Asks History how many messages it has parked.</summary>
internal sealed class ParkedMessages(ServiceInvoker services)
{
    /// <summary>How long History may take: operators also want to see the rest while it is away.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>The number of parked messages; null while History does not answer.</summary>
    public async Task<long?> CountAsync(CancellationToken cancellationToken)
    {
        try
        {
            const string path = "internal/dead-letters/count";
            return (await services.GetAsync<DeadLetterCount>(Apps.History, path, cancellationToken)).Parked;
        }
        catch (Exception e) when (TransientErrors.IsTransient(e) && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
