using System.Globalization;
using System.Text.Json;
using Dapr;
using Dapr.Client;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using Grpc.Core;

namespace DaprShop.Inventory.Reading;

/// <summary>The component <c>cache</c>, through the sidecar.</summary>
internal sealed class DaprStateStore(DaprClient dapr) : IStateStore
{
    private const int AtOnce = 8;
    private static readonly StateOptions FirstWrite = new() { Concurrency = ConcurrencyMode.FirstWrite };

    public async Task<IReadOnlyList<StateEntry>> GetAsync(
        IReadOnlyList<string> keys,
        CancellationToken cancellationToken
    )
    {
        var items = await dapr.GetBulkStateAsync(Components.Cache, keys, AtOnce, cancellationToken: cancellationToken);
        return
        [
            .. items.Select(i => new StateEntry(
                i.Key,
                i.Value is { Length: > 0 } ? i.Value : null,
                i.ETag is { Length: > 0 } ? i.ETag : null
            )),
        ];
    }

    public async Task SaveAsync(IReadOnlyList<StateEntry> entries, TimeSpan kept, CancellationToken cancellationToken)
    {
        var metadata = new Dictionary<string, string>
        {
            ["ttlInSeconds"] = ((int)kept.TotalSeconds).ToString(CultureInfo.InvariantCulture),
        };
        var items = entries
            .Select(c => new SaveStateItem<JsonElement>(
                c.Key,
                JsonElement.Parse(c.Value!),
                c.ETag!,
                FirstWrite,
                metadata
            ))
            .ToList();
        try
        {
            await dapr.SaveBulkStateAsync(Components.Cache, items, cancellationToken);
        }
        catch (DaprException e) when (e.InnerException is RpcException { StatusCode: StatusCode.Aborted })
        {
            // Another replica wrote one of them meanwhile, from a read of its own.
        }
    }
}
