using DaprShop.Contracts;
using YamlDotNet.RepresentationModel;

namespace DaprShop.Architecture.Tests;

/// <summary>Names stand once, in Contracts; the YAML must agree.</summary>
public sealed class NameTests
{
    [Fact]
    public void The_run_file_starts_exactly_the_apps_of_the_contracts()
    {
        var apps = (YamlSequenceNode)Root("dapr.yaml")["apps"];
        apps.Select(a => Text(a["appID"]))
            .Should()
            .BeEquivalentTo([Apps.Gateway, Apps.Orders, Apps.Inventory, Apps.Payments, Apps.History]);
    }

    [Fact]
    public void The_components_have_the_names_of_the_contracts()
    {
        var names = Directory
            .EnumerateFiles(Path.Combine(Sources.Root, "components"), "*.yaml", SearchOption.AllDirectories)
            .Select(f => Root(Path.GetRelativePath(Sources.Root, f)))
            .Where(r => Text(r["kind"]) == "Component")
            .Select(r => Text(r["metadata"]["name"]));
        names
            .Distinct()
            .Should()
            .BeEquivalentTo([
                Components.PubSub,
                Components.Broadcast,
                Components.Cache,
                Components.WorkflowStore,
                Components.Secrets,
            ]);
    }

    [Fact]
    public void Resiliency_names_components_that_exist()
    {
        var targets = (YamlMappingNode)Root("components/common/resiliency.yaml")["spec"]["targets"]["components"];
        targets
            .Children.Keys.Select(Text)
            .Should()
            .BeSubsetOf([Components.PubSub, Components.Broadcast, Components.Cache, Components.WorkflowStore]);
    }

    private static YamlNode Root(string path)
    {
        using var reader = File.OpenText(Path.Combine(Sources.Root, path));
        var stream = new YamlStream();
        stream.Load(reader);
        return stream.Documents[0].RootNode;
    }

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;
}
