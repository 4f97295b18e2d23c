namespace DaprShop.Shop.Servers;

/// <summary>Runs programs that are installed on this machine.</summary>
/// <param name="unavailableReason">Null where the programs are installed, else the missing one.</param>
/// <param name="prepare">Prepares the server and returns the processes to start.</param>
internal sealed class LocalServerProvider(
    Func<string?> unavailableReason,
    Func<CancellationToken, Task<PrivateServer>> prepare
) : IServerProvider
{
    public string Name => "local";

    public bool HasData { get; init; }

    public Task<string?> UnavailableReasonAsync(CancellationToken cancel) => Task.FromResult(unavailableReason());

    public Task<PrivateServer> PrepareAsync(CancellationToken cancel) => prepare(cancel);
}
