namespace DaprShop.Architecture.Tests;

/// <summary>Which project may reference which.</summary>
public sealed class ReferenceTests
{
    public static TheoryData<string> Services => [.. Sources.Services];

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_references_messaging_and_defaults_and_no_other_service(string service)
    {
        string[] allowed = ["Messaging", "ServiceDefaults", "Contracts"];
        Sources.References(Sources.Project("services", service)).Should().BeSubsetOf(allowed);
    }

    [Theory]
    [InlineData("Contracts")]
    [InlineData("Messaging", "ServiceDefaults")]
    [InlineData("ServiceDefaults", "Contracts")]
    public void A_shared_project_references_only_those_below_it(string project, params string[] allowed) =>
        Sources.References(Sources.Project("services", project)).Should().BeSubsetOf(allowed);

    [Fact]
    public void The_platform_does_not_reference_the_shop()
    {
        foreach (var project in Sources.Projects("platform"))
            Sources.References(Sources.Project("platform", project)).Should().BeSubsetOf(Sources.Projects("platform"));
        Sources
            .Files("platform")
            .Where(f =>
                File.ReadAllText(f).Contains("DaprShop.", StringComparison.Ordinal)
                && !f.EndsWith("AssemblyInfo.cs", StringComparison.Ordinal)
            )
            .Should()
            .BeEmpty();
    }

    [Fact]
    public void The_command_references_no_service() =>
        Sources.References(Sources.Project("tools", "Shop")).Should().BeSubsetOf(["Contracts"]);

    [Fact]
    public void No_service_names_a_broker_a_store_or_a_runtime()
    {
        string[] products = ["Redis", "RabbitMQ", "Kafka", "EmbeddedDapr", "Embedded Dapr"];
        var files = Sources
            .Texts("services")
            .Where(f =>
                products.Any(product => File.ReadAllText(f).Contains(product, StringComparison.OrdinalIgnoreCase))
            );
        files.Should().BeEmpty("components decide, and not even a comment may depend on them");
    }
}
