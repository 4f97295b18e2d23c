using DaprShop.Shop.Infrastructure;

namespace DaprShop.Shop.Supervision;

/// <summary>What to run the shop on, and why.</summary>
internal sealed record Choice(string Runtime, string Reason, DaprBinaries? Dapr)
{
    private const int NotBuilt = 2;

    public static Choice Make(string runtime, string broker, string store)
    {
        if (broker != "redis")
            throw NotYet($"--broker {broker}");
        if (store != "redis")
            throw NotYet($"--store {store}");
        if (runtime == "embedded")
            throw NotYet("--runtime embedded");
        if (DaprBinaries.Find() is { } dapr)
            return new("dapr", $"the Dapr runtime is installed ({Path.GetDirectoryName(dapr.Daprd)})", dapr);
        throw new ShopException("The Dapr runtime is not installed: no daprd, placement and scheduler in ~/.dapr/bin. Run `dapr init --slim`, or set DAPR_RUNTIME_PATH. "
            + "(The embedded runtime, for machines without Dapr, is not built yet.)", runtime == "auto" ? 1 : NotBuilt);
    }

    private static ShopException NotYet(string what) => new($"{what} is not built yet: for now the shop runs on Dapr with Redis as its broker and store.", NotBuilt);
}
