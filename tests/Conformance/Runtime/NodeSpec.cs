namespace DaprShop.Conformance.Runtime;

/// <summary>An app that a row needs. Two with one id are replicas.</summary>
/// <param name="Subscriptions">Component and topic, <c>pubsub/name</c> each.</param>
internal sealed record NodeSpec(string AppId, params string[] Subscriptions)
{
    /// <summary>Hosts the workflow and the actor.</summary>
    public bool Workflows { get; init; }

    /// <summary>The app's program and the route that says it lives: this suite's own app, unless a row plays with one of the shop's.</summary>
    public (string Path, string Health) Program { get; init; } =
        (Built.At("Conformance.App", "DaprShop.Conformance.App.dll"), "healthz");

    /// <summary>Further environment variables of the app.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
