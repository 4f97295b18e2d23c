using DaprShop.Shop.Infrastructure;

namespace DaprShop.Shop.Supervision;

/// <summary>What to run the shop on, and why.</summary>
internal sealed record Choice(string Runtime, string Broker, string Store, string Reason)
{
    private const string Postgres = "postgres";
    private const int CannotBeHad = 2;

    /// <summary>Dapr where its runtime is installed and broker and store can be had, else the embedded runtime; never something else than what was asked for.</summary>
    /// <param name="order">What was asked for; what was not is null.</param>
    /// <param name="file">Says which broker and store are the usual ones.</param>
    /// <param name="machine">What there is.</param>
    /// <exception cref="ShopException">It cannot be had; it says why and what to do.</exception>
    public static async Task<Choice> MakeAsync(Order order, DaprFile file, IMachine machine)
    {
        var asked = order.Broker is not null || order.Store is not null;
        if (order.Runtime == "embedded")
            return asked
                    ? throw new ShopException(
                        "The embedded runtime keeps messages and state in PostgreSQL: it takes neither --broker nor --store.",
                        CannotBeHad
                    )
                : machine.HasEmbedded ? Embedded("you asked for it")
                : throw new ShopException(
                    "--runtime embedded: the embedded runtime (platform/EmbeddedDapr) is not built in this checkout.",
                    CannotBeHad
                );

        var broker = order.Broker
            ?? file.Broker
            ?? throw new ShopException(
                "dapr.yaml names no broker: its resourcesPaths need a folder of components/brokers. Or use --broker."
            );
        var store = order.Store
            ?? file.Store
            ?? throw new ShopException(
                "dapr.yaml names no store: its resourcesPaths need a folder of components/stores. Or use --store."
            );
        var mayBeEmbedded = order.Runtime != "dapr" && !asked && machine.HasEmbedded;
        if (machine.DaprFolder is not { } folder)
            return mayBeEmbedded
                ? Embedded("the Dapr runtime is not installed")
                : throw new ShopException(machine.HasEmbedded ? $"{NoDapr} {WithoutDapr}" : NoDapr, CannotBeHad);
        var missing = await machine.MissingAsync(broker)
            ?? (store == broker || store == Postgres ? null : await machine.MissingAsync(store));
        if (missing is not null)
            return mayBeEmbedded
                ? Embedded($"the Dapr runtime is installed, but it has nothing to stand on. {missing}")
                : throw new ShopException(missing, CannotBeHad);
        return new(
            "dapr",
            broker,
            store,
            order.Runtime == "dapr"
                ? $"you asked for it ({folder})"
                : $"the Dapr runtime is installed ({folder}), and {string.Join(" and ", new[] { broker, store }.Distinct())} can be had"
        );
    }

    private const string NoDapr =
        "The Dapr runtime is not installed: no daprd, placement and scheduler in ~/.dapr/bin. Run `dapr init --slim`, or set DAPR_RUNTIME_PATH.";
    private const string WithoutDapr =
        "`./shop up` without --runtime, --broker and --store needs no Dapr: it runs on the embedded runtime.";

    private static Choice Embedded(string reason) => new("embedded", Postgres, Postgres, reason);
}
