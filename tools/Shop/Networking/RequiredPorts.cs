using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Networking;

/// <summary>Checks, before anything is started, that the shop's ports are free.</summary>
internal static class RequiredPorts
{
    /// <summary>Outgoing connections are short: a port that one of them uses may be free a moment later.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <exception cref="ShopException">A port is in use; the message names its process.</exception>
    public static async Task CheckAsync(IReadOnlyList<(int Port, string Purpose)> ports)
    {
        await Poll.UntilAsync(() => Task.FromResult(ports.All(needed => FreePort.IsFree(needed.Port))), Timeout);
        var taken = ports
            .Where(needed => !FreePort.IsFree(needed.Port))
            .Select(needed =>
                $"  {needed.Port} ({needed.Purpose}) is used by "
                + (PortOwner.Find(needed.Port) ?? "a process of another user")
            )
            .ToList();
        if (taken.Count > 0)
            throw new ShopException(
                $"""
                The shop needs ports that are in use:
                {string.Join(Environment.NewLine, taken)}
                Stop those processes and try again. If they belong to a shop in another folder, run `./shop down` there.
                """
            );
    }
}
