namespace DaprShop.Conformance.Runtime;

/// <summary>An app of a row. Two apps with one id are replicas.</summary>
/// <param name="Subscriptions">Component and topic, <c>pubsub/name</c> each.</param>
internal sealed record NodeSpec(string AppId, params string[] Subscriptions)
{
    /// <summary>The app hosts the workflow and the actor.</summary>
    public bool Workflows { get; init; }

    /// <summary>The app's program and its health route; default: the app of this suite.</summary>
    public (string Path, string Health) Program { get; init; } =
        (Built.At("Conformance.App", "DaprShop.Conformance.App.dll"), "healthz");

    /// <summary>Further environment variables of the app.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
