namespace DaprShop.Architecture.Tests;

/// <summary>Who may know whom.</summary>
public sealed class ArrowTests
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
    [InlineData("Messaging", "Contracts")]
    [InlineData("ServiceDefaults", "Contracts")]
    public void What_services_share_knows_the_contracts_at_most(string project, params string[] allowed) =>
        Sources.References(Sources.Project("services", project)).Should().BeSubsetOf(allowed);

    [Fact]
    public void The_platform_knows_nothing_of_the_shop()
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
    public void The_command_does_not_reach_into_services() =>
        Sources.References(Sources.Project("tools", "Shop")).Should().BeSubsetOf(["Contracts"]);

    [Theory]
    [MemberData(nameof(Services))]
    public void The_domain_is_pure(string service)
    {
        string[] impure =
        [
            "async ",
            "await ",
            "Task<",
            "Npgsql",
            "EntityFrameworkCore",
            "HttpClient",
            "TimeProvider",
            "ILogger",
            ".Data;",
            ".Features;",
            ".Workflows;",
        ];
        var domain = Path.Combine("services", service, "Domain");
        if (!Directory.Exists(Path.Combine(Sources.Root, domain)))
            return;
        foreach (var file in Sources.Files(domain))
            File.ReadAllText(file).Should().NotContainAny(impure, $"{file} decides, and does nothing else");
    }

    [Fact]
    public void No_service_knows_which_broker_or_store_or_runtime_it_runs_on()
    {
        string[] products = ["Redis", "RabbitMQ", "Kafka", "EmbeddedDapr", "Embedded Dapr"];
        var files = Sources
            .Texts("services")
            .Where(f =>
                products.Any(product => File.ReadAllText(f).Contains(product, StringComparison.OrdinalIgnoreCase))
            );
        files.Should().BeEmpty("not even a comment may depend on it");
    }
}
