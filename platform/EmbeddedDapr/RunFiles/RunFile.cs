using EmbeddedDapr.Hosting;
using EmbeddedDapr.Resources;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace EmbeddedDapr.RunFiles;

/// <summary>Reads <c>dapr.yaml</c>: the apps, their ports and their resource folders.</summary>
internal static class RunFile
{
    /// <summary>Loads the file's sidecars. Settings of an app override those of <c>common</c>.</summary>
    /// <param name="setting">Reads an environment variable of this process, used where the file has no value.</param>
    /// <exception cref="RunFileException">The file is invalid.</exception>
    public static Sidecars Load(string path, Func<string, string?> setting)
    {
        if (!File.Exists(path))
            throw new RunFileException($"The run file {path} is missing.");
        var root = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var file = Parse(path);
        if (file.Version != 1)
            throw new RunFileException($"{path} has version {file.Version}; only version 1 is supported.");
        if (file.Apps.Count == 0)
            throw new RunFileException($"{path} has no apps.");
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
        // Keys are matched exactly: a naming convention would read appID as appId.
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
