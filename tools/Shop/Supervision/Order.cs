namespace DaprShop.Shop.Supervision;

/// <summary>What was asked for on the command line of <c>up</c> or <c>infra</c>.</summary>
internal sealed record Order(string Runtime, string Broker, string Store, bool WithApps)
{
    /// <summary>Return when it is ready, and leave it running.</summary>
    public bool Detach { get; init; }

    /// <summary>This process is the supervisor in the background that a detached start has made.</summary>
    public bool Supervise { get; init; }

    public string[] ToArguments() =>
        WithApps ? ["up", "--runtime", Runtime, "--broker", Broker, "--store", Store, "--supervise"] : ["infra", "--supervise"];
}
