using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Infrastructure.Servers;

namespace DaprShop.Shop.Supervision;

/// <summary>What a choice depends on.</summary>
internal interface IMachine
{
    /// <summary>Where the Dapr runtime is; null where it is not installed.</summary>
    string? DaprFolder { get; }

    bool HasEmbedded { get; }

    /// <summary>Null where a server of <paramref name="product"/> can be had, else why not.</summary>
    Task<string?> MissingAsync(string product);
}

/// <summary>This one.</summary>
internal sealed class Machine(ShopFolder shop, CancellationToken cancel) : IMachine
{
    public string? DaprFolder => DaprBinaries.Find() is { } dapr ? Path.GetDirectoryName(dapr.Daprd) : null;

    public bool HasEmbedded => EmbeddedRuntime.Find(shop) is not null;

    public Task<string?> MissingAsync(string product) => Servers.ObstacleAsync(shop, ServerKind.Of(product), cancel);
}
