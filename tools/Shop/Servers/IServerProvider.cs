using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Servers;

/// <summary>Provides a private server: from Docker, from installed programs, or from an npm package.</summary>
internal interface IServerProvider
{
    /// <summary>docker, local or npm, as in <see cref="ServerKind.ProviderVariable"/>.</summary>
    string Name { get; }

    /// <summary>True when a server of this provider has left data here.</summary>
    bool HasData { get; }

    /// <summary>Null where the provider can be tried, else the reason why not.</summary>
    Task<string?> UnavailableReasonAsync(CancellationToken cancel);

    /// <summary>Prepares a server for its start.</summary>
    /// <exception cref="ShopException">The server cannot be prepared.</exception>
    Task<PrivateServer> PrepareAsync(CancellationToken cancel);
}

/// <summary>A prepared server.</summary>
/// <param name="Address">The address for its clients.</param>
/// <param name="Port">The port on which it listens.</param>
/// <param name="Processes">The processes to start. The one named like the product is the server itself.</param>
internal sealed record PrivateServer(string Address, int Port, params ProcessSpec[] Processes);
