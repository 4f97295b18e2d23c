namespace EmbeddedDapr.Resources;

/// <summary>
/// A component of the resource files. Metadata that refers to a secret is left out: nothing connects to the product.
/// </summary>
/// <param name="Scopes">The apps that may use it; empty: all.</param>
internal sealed record Component(
    string Name,
    string Type,
    string Version,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<string> Scopes
)
{
    public bool IsPubSub => Type.StartsWith("pubsub.", StringComparison.Ordinal);

    public bool IsState => Type.StartsWith("state.", StringComparison.Ordinal);

    public bool IsSecretStore => Type.StartsWith("secretstores.", StringComparison.Ordinal);

    public bool MayBeUsedBy(string appId) => Scopes.Count == 0 || Scopes.Contains(appId);
}
