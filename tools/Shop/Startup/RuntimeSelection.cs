using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Startup;

/// <summary>The runtime, broker and store that the shop runs on, and why.</summary>
/// <param name="Runtime">dapr or embedded.</param>
/// <param name="Reason">Why, as the end of a sentence.</param>
internal sealed record RuntimeSelection(string Runtime, string Broker, string Store, string Reason)
{
    private const string Postgres = "postgres";
    private const int UnavailableExitCode = 2;

    private const string DaprIsMissing =
        "The Dapr runtime is not installed: daprd, placement and scheduler are not in ~/.dapr/bin. Run "
        + "`dapr init --slim`, or set DAPR_RUNTIME_PATH.";

    private const string EmbeddedIsAvailable =
        "`./shop up` without --runtime, --broker and --store needs no Dapr: it runs on the embedded runtime.";

    /// <summary>
    /// Selects Dapr where its runtime is installed and broker and store are available, else the embedded runtime. An
    /// explicit request is met or refused, never replaced.
    /// </summary>
    /// <param name="options">The user's request; an option that was not given is null.</param>
    /// <param name="file">Names the default broker and store.</param>
    /// <param name="availability">Tells what this machine has.</param>
    /// <exception cref="ShopException">
    /// The request cannot be met (exit code 2); the message says why and what to do.
    /// </exception>
    public static async Task<RuntimeSelection> SelectAsync(
        LaunchOptions options,
        DaprFile file,
        IRuntimeAvailability availability
    )
    {
        var namesServers = options.Broker is not null || options.Store is not null;
        if (options.Runtime == "embedded")
            return SelectEmbedded(namesServers, availability);
        var broker = options.Broker ?? file.Broker ?? throw NotDeclared("broker");
        var store = options.Store ?? file.Store ?? throw NotDeclared("store");
        var mayBeEmbedded = options.Runtime != "dapr" && !namesServers && availability.HasEmbedded;
        if (availability.DaprFolder is not { } folder)
            return mayBeEmbedded
                ? Embedded("the Dapr runtime is not installed")
                : throw new ShopException(
                    availability.HasEmbedded ? $"{DaprIsMissing} {EmbeddedIsAvailable}" : DaprIsMissing,
                    UnavailableExitCode
                );
        var unavailable = await availability.UnavailableReasonAsync(broker)
            ?? (store == broker || store == Postgres ? null : await availability.UnavailableReasonAsync(store));
        if (unavailable is not null)
            return mayBeEmbedded
                ? Embedded($"the Dapr runtime is installed, but a server that it needs is not available. {unavailable}")
                : throw new ShopException(unavailable, UnavailableExitCode);
        var servers = new[] { broker, store }.Distinct().ToList();
        return new RuntimeSelection(
            "dapr",
            broker,
            store,
            options.Runtime == "dapr"
                ? $"requested with --runtime dapr, found in {folder}"
                : $"the Dapr runtime is installed in {folder}, and {string.Join(" and ", servers)} "
                    + (servers.Count == 1 ? "is available" : "are available")
        );
    }

    private static RuntimeSelection SelectEmbedded(bool namesServers, IRuntimeAvailability availability)
    {
        if (namesServers)
            throw new ShopException(
                "The embedded runtime stores messages and state in PostgreSQL. Leave out --broker and --store, or use "
                    + "--runtime dapr.",
                UnavailableExitCode
            );
        return availability.HasEmbedded
            ? Embedded("requested with --runtime embedded")
            : throw new ShopException(
                "The embedded runtime is not built. Build platform/EmbeddedDapr with `dotnet build -c Release`, or use "
                    + "--runtime dapr.",
                UnavailableExitCode
            );
    }

    private static ShopException NotDeclared(string part) =>
        new($"dapr.yaml names no {part}: add a folder of components/{part}s to its resourcesPaths, or use --{part}.");

    private static RuntimeSelection Embedded(string reason) => new("embedded", Postgres, Postgres, reason);
}
