using System.Text.Json;
using EmbeddedDapr.Resources;

namespace EmbeddedDapr.Secrets;

/// <summary>A <c>secretstores.local.file</c>: a JSON file with joined nested names, reread after a change.</summary>
internal sealed class LocalSecretFile
{
    private readonly string _path;
    private readonly string _separator;
    private readonly Lock _lock = new();
    private DateTime _readAt;
    private Dictionary<string, string> _secrets = [];

    /// <exception cref="RunFileException">The component has no usable file setting.</exception>
    public LocalSecretFile(Component component)
    {
        if (component.Metadata.GetValueOrDefault("multiValued") is "true")
            throw new RunFileException(
                $"The secret store {component.Name} is multiValued, which is not supported by the embedded sidecar."
            );
        _path = Path.GetFullPath(
            component.Metadata.GetValueOrDefault("secretsFile")
                ?? throw new RunFileException($"The secret store {component.Name} has no secretsFile.")
        );
        _separator = component.Metadata.GetValueOrDefault("nestedSeparator", ":");
    }

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="JsonException">It is not a JSON object.</exception>
    public IReadOnlyDictionary<string, string> Read()
    {
        lock (_lock)
        {
            var written = File.GetLastWriteTimeUtc(_path);
            if (written == _readAt)
                return _secrets;
            using var document = JsonDocument.Parse(File.ReadAllBytes(_path));
            var secrets = new Dictionary<string, string>();
            Flatten(document.RootElement, "", secrets);
            (_secrets, _readAt) = (secrets, written);
            return secrets;
        }
    }

    private void Flatten(JsonElement element, string name, Dictionary<string, string> into)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                    Flatten(property.Value, Joined(name, property.Name), into);
                break;
            case JsonValueKind.Array:
                foreach (var (i, item) in element.EnumerateArray().Index())
                    Flatten(item, Joined(name, $"{i}"), into);
                break;
            default:
                into[name] = element.ToString();
                break;
        }
    }

    private string Joined(string name, string next) => name.Length == 0 ? next : $"{name}{_separator}{next}";
}
