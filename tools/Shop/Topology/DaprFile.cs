using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace DaprShop.Shop.Topology;

/// <summary>
/// The part of <c>dapr.yaml</c> that the shop uses. It is the only list of the apps, their ports and their settings.
/// </summary>
internal sealed record DaprFile(IReadOnlyList<DaprApp> Apps)
{
    private const string Brokers = "brokers";
    private const string Stores = "stores";

    /// <summary>
    /// The broker that the resourcesPaths name: the folder below <c>components/brokers</c>; null where none is named.
    /// </summary>
    public string? Broker => NamedFolder(Brokers);

    /// <summary>
    /// The store that the resourcesPaths name: the folder below <c>components/stores</c>; null where none is named.
    /// </summary>
    public string? Store => NamedFolder(Stores);

    /// <summary>Where clients reach the gateway.</summary>
    public string GatewayAddress => $"http://localhost:{Apps.First(app => app.Id == "gateway").Port}";

    /// <summary>The same apps with the components of another broker and store.</summary>
    public DaprFile With(string broker, string store) =>
        new([
            .. Apps.Select(app =>
                app with
                {
                    ResourcesPaths =
                    [
                        .. app.ResourcesPaths.Select(path =>
                            ParentOf(path) switch
                            {
                                Brokers => Path.Combine(Path.GetDirectoryName(path)!, broker),
                                Stores => Path.Combine(Path.GetDirectoryName(path)!, store),
                                _ => path,
                            }
                        ),
                    ],
                }
            ),
        ]);

    /// <summary>Reads the file of the repository.</summary>
    /// <exception cref="ShopException">The file is missing or malformed.</exception>
    public static DaprFile Load(ShopFolder shop)
    {
        var path = Path.Combine(shop.Root, "dapr.yaml");
        return File.Exists(path)
            ? Parse(File.ReadAllText(path), shop.Root)
            : throw new ShopException(
                $"{path} is missing. It lists the apps: restore it with `git checkout dapr.yaml`."
            );
    }

    /// <param name="yaml">The file's text.</param>
    /// <param name="root">The folder that the file's paths are relative to.</param>
    /// <exception cref="ShopException">The text is not a valid dapr.yaml.</exception>
    public static DaprFile Parse(string yaml, string root)
    {
        // Keys are matched exactly: the camelCase convention would look for appId instead of appID.
        var reader = new DeserializerBuilder()
            .WithNamingConvention(NullNamingConvention.Instance)
            .IgnoreUnmatchedProperties()
            .Build();
        try
        {
            var file = reader.Deserialize<DaprYaml>(yaml)
                ?? throw new ShopException("dapr.yaml is empty. Restore it with `git checkout dapr.yaml`.");
            return new([.. file.Apps.Select(app => Merge(app, file.Common, root))]);
        }
        catch (YamlException malformed)
        {
            throw new ShopException($"dapr.yaml cannot be read: {malformed.Message}", malformed);
        }
    }

    private string? NamedFolder(string part) =>
        Apps.SelectMany(app => app.ResourcesPaths)
            .Where(path => ParentOf(path) == part)
            .Select(path => Path.GetFileName(path))
            .FirstOrDefault();

    private static string? ParentOf(string path) => Path.GetFileName(Path.GetDirectoryName(path));

    private static DaprApp Merge(AppEntry app, SharedSettings common, string root) =>
        new(app.AppID, app.AppPort, app.DaprHTTPPort, app.DaprGRPCPort)
        {
            InternalGrpcPort = app.DaprInternalGRPCPort,
            MetricsPort = app.MetricsPort,
            Folder = Path.GetFullPath(Path.Combine(root, app.AppDirPath)),
            Command = [.. app.Command],
            Environment = common
                .Env.Concat(app.Env)
                .GroupBy(pair => pair.Key)
                .ToDictionary(pairs => pairs.Key, pairs => pairs.Last().Value),
            ResourcesPaths =
            [
                .. common
                    .ResourcesPaths.Concat(app.ResourcesPaths)
                    .Select(path => Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.Combine(root, path)))),
            ],
            ConfigFile = Path.GetFullPath(
                Path.Combine(
                    root,
                    app.ConfigFilePath
                        ?? common.ConfigFilePath
                        ?? throw new ShopException("dapr.yaml names no configFilePath. Add one under common.")
                )
            ),
            MaxBodySize = app.MaxBodySize ?? common.MaxBodySize ?? "4Mi",
            LogLevel = app.LogLevel ?? common.LogLevel ?? "info",
        };

    private sealed class DaprYaml
    {
        [YamlMember(Alias = "common")]
        public SharedSettings Common { get; set; } = new();

        [YamlMember(Alias = "apps")]
        public List<AppEntry> Apps { get; set; } = [];
    }

    private class SharedSettings
    {
        [YamlMember(Alias = "resourcesPaths")]
        public List<string> ResourcesPaths { get; set; } = [];

        [YamlMember(Alias = "configFilePath")]
        public string? ConfigFilePath { get; set; }

        [YamlMember(Alias = "maxBodySize")]
        public string? MaxBodySize { get; set; }

        [YamlMember(Alias = "logLevel")]
        public string? LogLevel { get; set; }

        [YamlMember(Alias = "env")]
        public Dictionary<string, string> Env { get; set; } = [];
    }

    private sealed class AppEntry : SharedSettings
    {
        [YamlMember(Alias = "appID")]
        public string AppID { get; set; } = "";

        [YamlMember(Alias = "appDirPath")]
        public string AppDirPath { get; set; } = ".";

        [YamlMember(Alias = "appPort")]
        public int AppPort { get; set; }

        [YamlMember(Alias = "daprHTTPPort")]
        public int DaprHTTPPort { get; set; }

        [YamlMember(Alias = "daprGRPCPort")]
        public int DaprGRPCPort { get; set; }

        [YamlMember(Alias = "daprInternalGRPCPort")]
        public int DaprInternalGRPCPort { get; set; }

        [YamlMember(Alias = "metricsPort")]
        public int MetricsPort { get; set; }

        [YamlMember(Alias = "command")]
        public List<string> Command { get; set; } = [];
    }
}
