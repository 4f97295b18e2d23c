namespace EmbeddedDapr.Resources;

/// <summary>A component of the resources' YAML. Metadata that names a secret is not in it: nothing here connects to the product it is for.</summary>
/// <param name="Scopes">The apps that may use it; empty when all may.</param>
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
