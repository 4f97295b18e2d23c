using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Infrastructure.Servers;

/// <summary>A way to have a private server.</summary>
internal interface IWay
{
    /// <summary>As in <see cref="ServerKind.WayVariable"/>: docker, local, npm.</summary>
    string Name { get; }

    /// <summary>Whether a server had this way has left data here.</summary>
    bool HasData { get; }

    /// <summary>Null where it can be tried, else what is missing.</summary>
    Task<string?> ObstacleAsync(CancellationToken cancel);

    /// <exception cref="ShopException">It cannot be had this way after all.</exception>
    Task<PrivateServer> PrepareAsync(CancellationToken cancel);
}

/// <summary>A server to be started and kept.</summary>
/// <param name="Address">What its clients are told.</param>
/// <param name="Port">Where it listens.</param>
/// <param name="Processes">The one that is named like the product is the server itself.</param>
internal sealed record PrivateServer(string Address, int Port, params ProcessSpec[] Processes);
