using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace DaprShop.Shop.Docker;

/// <summary>A service of <c>compose.yaml</c>, which is the only list of images and their settings.</summary>
internal sealed record ComposeService(string Image)
{
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required IReadOnlyList<string> Command { get; init; }

    public required string? HostName { get; init; }

    public required string? SharedMemory { get; init; }

    /// <summary>The port that clients use, inside the container.</summary>
    public required int Port { get; init; }

    /// <summary>The folder in the container that is kept in a volume.</summary>
    public required string Data { get; init; }

    public static string FileOf(ShopFolder shop) => Path.Combine(shop.Root, "compose.yaml");

    public static ComposeService Load(ShopFolder shop, string name)
    {
        var yaml = new YamlStream();
        using (var reader = new StreamReader(FileOf(shop)))
            yaml.Load(reader);
        var service = (YamlMappingNode)yaml.Documents[0].RootNode["services"][name];
        return new(service["image"].ToString())
        {
            Environment = Child(service, "environment") is YamlMappingNode variables
                ? variables.ToDictionary(pair => pair.Key.ToString(), pair => pair.Value.ToString())
                : [],
            Command = Child(service, "command") is YamlSequenceNode words
                ? [.. words.Select(word => word.ToString())]
                : [],
            HostName = Child(service, "hostname")?.ToString(),
            SharedMemory = Child(service, "shm_size")?.ToString(),
            Port = int.Parse(service["ports"][0].ToString().Split(':')[^1], CultureInfo.InvariantCulture),
            Data = service["volumes"][0].ToString().Split(':')[^1],
        };
    }

    private static YamlNode? Child(YamlMappingNode node, string name) =>
        node.Children.TryGetValue(name, out var child) ? child : null;
}
