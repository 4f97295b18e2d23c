namespace DaprShop.Shop.Startup;

/// <summary>The options of <c>up</c> or <c>infra</c>.</summary>
/// <param name="Runtime">auto, dapr or embedded.</param>
/// <param name="Broker">Null: the broker that dapr.yaml names.</param>
/// <param name="Store">Null: the store that dapr.yaml names.</param>
/// <param name="WithApps">False for <c>infra</c>, which starts only what the apps need.</param>
internal sealed record LaunchOptions(string Runtime, string? Broker, string? Store, bool WithApps)
{
    /// <summary>Return when the shop is ready, and leave it running.</summary>
    public bool Detach { get; init; }

    /// <summary>This process is the background supervisor that a detached start has launched.</summary>
    public bool Supervise { get; init; }

    /// <summary>The command line of the background supervisor.</summary>
    public string[] ToArguments() =>
        !WithApps
            ? ["infra", "--supervise"]
            :
            [
                "up",
                "--runtime",
                Runtime,
                .. Broker is null ? Array.Empty<string>() : ["--broker", Broker],
                .. Store is null ? Array.Empty<string>() : ["--store", Store],
                "--supervise",
            ];
}
