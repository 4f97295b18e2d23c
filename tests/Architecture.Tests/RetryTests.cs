using DaprShop.Contracts;
using YamlDotNet.RepresentationModel;

namespace DaprShop.Architecture.Tests;

/// <summary>No call is repeated by two layers (docs/retries.md): what components/common/resiliency.yaml leaves to the callers.</summary>
public sealed class RetryTests
{
    private static readonly string[] Services = [Apps.Orders, Apps.Inventory, Apps.Payments, Apps.History];

    [Fact]
    public void The_sidecar_repeats_no_invocation()
    {
        var spec = ReadSpec();
        var apps = (YamlMappingNode)spec["targets"]["apps"];

        apps.Children.Keys.Select(app => app.ToString()).Should().BeEquivalentTo(Services);
        foreach (var app in Services)
        {
            var policy = apps[app]["retry"].ToString();
            spec["policies"]["retries"][policy]["maxRetries"].ToString().Should().Be("0");
        }
    }

    [Fact]
    public void The_sidecar_repeats_no_publish()
    {
        var components = (YamlMappingNode)ReadSpec()["targets"]["components"];

        foreach (var (_, target) in components.Children)
            ((YamlMappingNode)target).Children.Keys.Select(key => key.ToString()).Should().Equal("inbound");
    }

    private static YamlMappingNode ReadSpec()
    {
        using var reader = File.OpenText(Path.Combine(Sources.Root, "components/common/resiliency.yaml"));
        var stream = new YamlStream();
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents[0].RootNode["spec"];
    }
}
