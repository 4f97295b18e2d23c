using YamlDotNet.Serialization;

namespace EmbeddedDapr.RunFiles;

/// <summary>The part of a run file that is read.</summary>
internal sealed class RunFileDocument
{
    [YamlMember(Alias = "version")]
    public int Version { get; set; }

    [YamlMember(Alias = "common")]
    public RunFileApp Common { get; set; } = new();

    [YamlMember(Alias = "apps")]
    public List<RunFileApp> Apps { get; set; } = [];
}

/// <summary>An app of a run file, or the settings common to all apps.</summary>
internal sealed class RunFileApp
{
    [YamlMember(Alias = "appID")]
    public string AppID { get; set; } = "";

    [YamlMember(Alias = "appPort")]
    public int AppPort { get; set; }

    [YamlMember(Alias = "daprHTTPPort")]
    public int DaprHTTPPort { get; set; }

    [YamlMember(Alias = "daprGRPCPort")]
    public int DaprGRPCPort { get; set; }

    [YamlMember(Alias = "maxBodySize")]
    public string? MaxBodySize { get; set; }

    [YamlMember(Alias = "resourcesPaths")]
    public List<string> ResourcesPaths { get; set; } = [];

    [YamlMember(Alias = "env")]
    public Dictionary<string, string> Env { get; set; } = [];
}
