using EmbeddedDapr.Hosting;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace EmbeddedDapr.Resources;

/// <summary>Reads <c>dapr.yaml</c>: the apps, their ports, and what their resources folders say.</summary>
internal static class RunFile
{
    /// <summary>The file's sidecars. What an app does not say, <c>common</c> does.</summary>
    /// <param name="setting">A setting of this process, asked for where the file has none.</param>
    /// <exception cref="RunFileException">The file cannot be used.</exception>
    public static Sidecars Load(string path, Func<string, string?> setting)
    {
        if (!File.Exists(path))
            throw new RunFileException($"The run file {path} is missing.");
        var root = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var file = Parse(path);
        if (file.Version != 1)
            throw new RunFileException($"{path} is of version {file.Version}; version 1 is known.");
        if (file.Apps.Count == 0)
            throw new RunFileException($"{path} names no apps.");
        var resources = new Dictionary<string, ResourceFolders>();
        return new(
            [.. file.Apps.Select(app => Of(app, file.Common))],
            file.Apps.Append(file.Common).Max(app => BodySize.Parse(app.MaxBodySize))
        );

        Sidecar Of(RunFileApp app, RunFileApp common)
        {
            if (app is not { AppID.Length: > 0, DaprHTTPPort: > 0, DaprGRPCPort: > 0 })
                throw new RunFileException(
                    $"{path}: each app needs appID, daprHTTPPort and daprGRPCPort; '{app.AppID}' lacks one."
                );
            var folders = common
                .ResourcesPaths.Concat(app.ResourcesPaths)
                .Select(folder => Path.GetFullPath(Path.Combine(root, folder)))
                .ToList();
            var key = string.Join(Path.PathSeparator, folders);
            if (!resources.TryGetValue(key, out var found))
                resources[key] = found = ResourceFolders.Read(folders);
            return new Sidecar(
                app.AppID,
                app.AppPort,
                app.DaprHTTPPort,
                app.DaprGRPCPort,
                Setting("DAPR_API_TOKEN"),
                Setting("APP_API_TOKEN")
            )
            {
                Components = [.. found.Components.Where(component => component.MayBeUsedBy(app.AppID))],
                InboundRetries = found.InboundRetries,
            };

            string? Setting(string name) =>
                (app.Env.GetValueOrDefault(name) ?? common.Env.GetValueOrDefault(name) ?? setting(name))
                    is { Length: > 0 } value
                    ? value
                    : null;
        }
    }

    private static RunFileDocument Parse(string path)
    {
        // Keys are matched case by case: a convention would read appID as appId.
        var yaml = new DeserializerBuilder()
            .WithNamingConvention(NullNamingConvention.Instance)
            .IgnoreUnmatchedProperties()
            .Build();
        try
        {
            return yaml.Deserialize<RunFileDocument?>(File.ReadAllText(path))
                ?? throw new RunFileException($"{path} is empty.");
        }
        catch (YamlException wrong)
        {
            throw new RunFileException($"{path} cannot be read: {wrong.Message}", wrong);
        }
    }
}
