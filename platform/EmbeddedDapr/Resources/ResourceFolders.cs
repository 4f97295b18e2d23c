using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace EmbeddedDapr.Resources;

/// <summary>An app's resource folders: its components, and the retry policies of its deliveries.</summary>
/// <param name="InboundRetries">By component name.</param>
internal sealed record ResourceFolders(
    IReadOnlyList<Component> Components,
    IReadOnlyDictionary<string, RetryPolicy> InboundRetries
)
{
    private static readonly IDeserializer Yaml = new DeserializerBuilder()
        .WithNamingConvention(CamelCaseNamingConvention.Instance)
        .IgnoreUnmatchedProperties()
        .Build();

    /// <exception cref="RunFileException">A folder is missing, or a resource is invalid.</exception>
    public static ResourceFolders Read(IEnumerable<string> folders)
    {
        var components = new List<Component>();
        var retries = new Dictionary<string, RetryPolicy>();
        foreach (var file in folders.SelectMany(FilesOf))
        {
            foreach (var resource in DocumentsOf(file))
                Add(resource, file, components, retries);
        }

        return new(components, retries);
    }

    private static IEnumerable<string> FilesOf(string folder) =>
        Directory.Exists(folder)
            ? Directory
                .EnumerateFiles(folder)
                .Where(file => Path.GetExtension(file) is ".yaml" or ".yml")
                .Order(StringComparer.Ordinal)
            : throw new RunFileException($"The resources folder {folder} is missing.");

    private static List<ResourceDocument> DocumentsOf(string file)
    {
        using var text = File.OpenText(file);
        var parser = new Parser(text);
        var documents = new List<ResourceDocument>();
        try
        {
            parser.Consume<StreamStart>();
            while (parser.Accept<DocumentStart>(out _))
            {
                if (Yaml.Deserialize<ResourceDocument?>(parser) is { } document)
                    documents.Add(document);
            }
        }
        catch (YamlException wrong)
        {
            throw new RunFileException($"{file} cannot be read: {wrong.Message}", wrong);
        }

        return documents;
    }

    private static void Add(
        ResourceDocument resource,
        string file,
        List<Component> components,
        Dictionary<string, RetryPolicy> retries
    )
    {
        switch (resource.Kind)
        {
            case "Component":
                components.Add(
                    new(
                        resource.Metadata.Name,
                        resource.Spec.Type,
                        resource.Spec.Version,
                        resource
                            .Spec.Metadata.Where(item => item.Value is not null)
                            .ToDictionary(item => item.Name, item => item.Value!),
                        resource.Scopes
                    )
                );
                break;
            case "Resiliency":
                foreach (var (component, target) in resource.Spec.Targets.Components)
                {
                    if (target.Inbound.Retry is not { } policy)
                        continue;
                    retries[component] = resource.Spec.Policies.Retries.TryGetValue(policy, out var retry)
                        ? Policy(retry, policy, file)
                        : throw new RunFileException(
                            $"{file}: the target {component} names the retry policy {policy}, which does not exist."
                        );
                }

                break;
            case "Configuration":
                break;
            default:
                throw new RunFileException(
                    $"{file}: a resource of kind '{resource.Kind}' is not supported by the embedded sidecar; "
                        + "allowed are Component, Resiliency and Configuration."
                );
        }
    }

    private static RetryPolicy Policy(ResourceDocument.RetryPart retry, string name, string file)
    {
        if (retry.Policy is not ("constant" or "exponential"))
            throw new RunFileException(
                $"{file}: the retry policy {name} is '{retry.Policy}'; allowed are constant and exponential."
            );
        try
        {
            return new(
                retry.Policy == "exponential",
                GoDuration.Parse(retry.Duration),
                GoDuration.Parse(retry.MaxInterval),
                retry.MaxRetries
            );
        }
        catch (FormatException wrong)
        {
            throw new RunFileException($"{file}, retry policy {name}: {wrong.Message}", wrong);
        }
    }
}
