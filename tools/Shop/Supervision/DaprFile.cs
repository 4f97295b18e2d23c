using DaprShop.Shop.Infrastructure;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace DaprShop.Shop.Supervision;

/// <summary>The part of <c>dapr.yaml</c> that the shop's own files use: the one list of apps, their ports and their settings.</summary>
internal sealed record DaprFile(IReadOnlyList<DaprApp> Apps)
{
    private const string Brokers = "brokers";
    private const string Stores = "stores";

    /// <summary>The broker that its resourcesPaths name: the folder below <c>components/brokers</c>.</summary>
    public string? Broker => Chosen(Brokers);

    /// <summary>The store that its resourcesPaths name: the folder below <c>components/stores</c>.</summary>
    public string? Store => Chosen(Stores);

    /// <summary>The same apps on another broker and store.</summary>
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

    public static DaprFile Load(string path) =>
        File.Exists(path)
            ? Parse(File.ReadAllText(path), Path.GetDirectoryName(path)!)
            : throw new ShopException($"{path} is missing: it says which apps there are.");

    /// <param name="yaml">The file's text.</param>
    /// <param name="root">The folder that its paths are relative to.</param>
    public static DaprFile Parse(string yaml, string root)
    {
        // Keys are matched case by case: camelCase would read appID as appId.
        var reader = new DeserializerBuilder()
            .WithNamingConvention(NullNamingConvention.Instance)
            .IgnoreUnmatchedProperties()
            .Build();
        try
        {
            var file = reader.Deserialize<Document>(yaml) ?? throw new ShopException("dapr.yaml is empty.");
            return new([.. file.Apps.Select(app => Merge(app, file.Common, root))]);
        }
        catch (YamlException wrong)
        {
            throw new ShopException($"dapr.yaml cannot be read: {wrong.Message}", wrong);
        }
    }

    private string? Chosen(string part) =>
        Apps.SelectMany(app => app.ResourcesPaths)
            .Where(path => ParentOf(path) == part)
            .Select(path => Path.GetFileName(path))
            .FirstOrDefault();

    private static string? ParentOf(string path) => Path.GetFileName(Path.GetDirectoryName(path));

    private static DaprApp Merge(App app, Shared common, string root) =>
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
                        ?? throw new ShopException("dapr.yaml names no configFilePath.")
                )
            ),
            MaxBodySize = app.MaxBodySize ?? common.MaxBodySize ?? "4Mi",
            LogLevel = app.LogLevel ?? common.LogLevel ?? "info",
        };

    private sealed class Document
    {
        [YamlMember(Alias = "common")]
        public Shared Common { get; set; } = new();

        [YamlMember(Alias = "apps")]
        public List<App> Apps { get; set; } = [];
    }

    private class Shared
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

    private sealed class App : Shared
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
