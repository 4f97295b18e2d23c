using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Infrastructure;

/// <summary>Tells before anything is started which ports are taken, and by whom.</summary>
internal static class RequiredPorts
{
    /// <summary>Outgoing connections come and go: a port that one of them was given is worth a moment's patience.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task CheckAsync(IReadOnlyList<(int Port, string Purpose)> ports)
    {
        await Until.TrueAsync(() => Task.FromResult(ports.All(needed => FreePort.IsFree(needed.Port))), Patience);
        var taken = ports
            .Where(needed => !FreePort.IsFree(needed.Port))
            .Select(needed =>
                $"  {needed.Port} ({needed.Purpose}) is held by {PortOwner.Of(needed.Port) ?? "a process that this user may not look into"}"
            )
            .ToList();
        if (taken.Count > 0)
            throw new ShopException(
                $"The shop needs ports that are taken:{Environment.NewLine}{string.Join(Environment.NewLine, taken)}{Environment.NewLine}"
                    + "End those processes and try again. If they belong to a shop in another folder: `./shop down` there."
            );
    }
}
