namespace DaprShop.Shop.Infrastructure;

/// <summary>Tells before anything is started which ports are taken, and by whom.</summary>
internal static class RequiredPorts
{
    public static void Check(IEnumerable<(int Port, string Purpose)> ports)
    {
        var taken = ports.Where(needed => !FreePort.IsFree(needed.Port))
            .Select(needed => $"  {needed.Port} ({needed.Purpose}) is held by {PortOwner.Of(needed.Port) ?? "a process that this user may not look into"}")
            .ToList();
        if (taken.Count > 0)
            throw new ShopException($"The shop needs ports that are taken:{Environment.NewLine}{string.Join(Environment.NewLine, taken)}{Environment.NewLine}"
                + "End those processes and try again. If they belong to a shop in another folder: `./shop down` there.");
    }
}
