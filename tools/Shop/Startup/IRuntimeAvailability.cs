using DaprShop.Shop.Runtimes;
using DaprShop.Shop.Servers;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Startup;

/// <summary>What a machine has to run the shop on.</summary>
internal interface IRuntimeAvailability
{
    /// <summary>The folder of the Dapr runtime; null where it is not installed.</summary>
    string? DaprFolder { get; }

    /// <summary>True where the embedded runtime is built.</summary>
    bool HasEmbedded { get; }

    /// <summary>Null where a server of <paramref name="product"/> is available, else the reason why not.</summary>
    Task<string?> UnavailableReasonAsync(string product);
}

/// <summary>What this machine has.</summary>
internal sealed class LocalRuntimeAvailability(ShopFolder shop, CancellationToken cancel) : IRuntimeAvailability
{
    public string? DaprFolder => DaprBinaries.Find() is { } dapr ? Path.GetDirectoryName(dapr.Daprd) : null;

    public bool HasEmbedded => EmbeddedRuntime.Find(shop) is not null;

    public Task<string?> UnavailableReasonAsync(string product) =>
        ServerManager.UnavailableReasonAsync(shop, ServerKind.Of(product), cancel);
}
