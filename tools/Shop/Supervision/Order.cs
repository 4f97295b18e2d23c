namespace DaprShop.Shop.Supervision;

/// <summary>What was asked for on the command line of <c>up</c> or <c>infra</c>.</summary>
/// <param name="Runtime">auto, dapr or embedded.</param>
/// <param name="Broker">Null: what dapr.yaml says.</param>
/// <param name="Store">Null: what dapr.yaml says.</param>
/// <param name="WithApps">Or only what they stand on.</param>
internal sealed record Order(string Runtime, string? Broker, string? Store, bool WithApps)
{
    /// <summary>Return when it is ready, and leave it running.</summary>
    public bool Detach { get; init; }

    /// <summary>This process is the supervisor in the background that a detached start has made.</summary>
    public bool Supervise { get; init; }

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
