namespace DaprShop.Shop.Infrastructure.Servers;

/// <summary>Programs that are installed on this machine.</summary>
/// <param name="obstacle">Null where the programs are there, else what is missing.</param>
/// <param name="prepare">Makes ready and says what to start.</param>
internal sealed class LocalWay(Func<string?> obstacle, Func<CancellationToken, Task<PrivateServer>> prepare) : IWay
{
    public string Name => "local";

    public bool HasData { get; init; }

    public Task<string?> ObstacleAsync(CancellationToken cancel) => Task.FromResult(obstacle());

    public Task<PrivateServer> PrepareAsync(CancellationToken cancel) => prepare(cancel);
}
