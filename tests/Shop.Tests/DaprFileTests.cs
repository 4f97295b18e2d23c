using DaprShop.Contracts;
using DaprShop.Shop.Networking;
using DaprShop.Shop.Runtimes;
using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Tests;

public sealed class DaprFileTests
{
    private static readonly DaprFile File = DaprFile.Load(ShopFolder.Find());

    private static IEnumerable<int> Ports =>
        File
            .Apps.SelectMany(app => app.Ports)
            .Concat(ControlPlane.PlacementPorts)
            .Concat(ControlPlane.SchedulerPorts)
            .Select(port => port.Port)
            .Concat([ControlPlane.PlacementPort, ControlPlane.SchedulerPort]);

    [Fact]
    public void The_apps_are_those_of_the_contracts_at_the_ports_of_the_design() =>
        File
            .Apps.Select(app => (app.Id, app.Port, app.HttpPort, app.GrpcPort))
            .Should()
            .Equal(
                (Apps.Gateway, 8080, 3500, 3550),
                (Apps.Orders, 5101, 3501, 3551),
                (Apps.Inventory, 5102, 3502, 3552),
                (Apps.Payments, 5103, 3503, 3553),
                (Apps.History, 5104, 3504, 3554)
            );

    [Fact]
    public void No_port_is_used_twice() => Ports.Should().OnlyHaveUniqueItems();

    [Fact]
    public void No_port_is_in_the_range_of_outgoing_connections() =>
        Ports.Append(FreePort.Take()).Should().OnlyContain(port => port < 32768);

    [Fact]
    public void Dapr_run_uses_the_placement_and_scheduler_that_the_shop_starts() =>
        System
            .IO.File.ReadAllLines(Path.Combine(ShopFolder.Find().Root, "dapr.yaml"))
            .Should()
            .Contain([
                $"  placementHostAddress: 127.0.0.1:{ControlPlane.PlacementPort}",
                $"  schedulerHostAddress: 127.0.0.1:{ControlPlane.SchedulerPort}",
            ]);

    [Fact]
    public void Only_orders_runs_workflows() =>
        File.Apps.Where(app => app.RunsWorkflows).Select(app => app.Id).Should().Equal(Apps.Orders);

    [Fact]
    public void Every_app_has_the_common_settings_and_its_own()
    {
        const string yaml = """
            version: 1
            common:
              resourcesPaths: [./one]
              configFilePath: ./config.yaml
              env: { A: common, B: common }
            apps:
              - appID: shop
                appDirPath: ./services
                appPort: 1
                daprHTTPPort: 2
                daprGRPCPort: 3
                resourcesPaths: [./two]
                command: [dotnet, x.dll]
                env: { B: own }
                somethingNew: ignored
            """;

        var app = DaprFile.Parse(yaml, "/root/of").Apps.Should().ContainSingle().Subject;

        app.Environment.Should().BeEquivalentTo(new Dictionary<string, string> { ["A"] = "common", ["B"] = "own" });
        app.ResourcesPaths.Should().Equal("/root/of/one", "/root/of/two");
        app.Program.Should().Be("/root/of/services/x.dll");
        (app.ConfigFile, app.MaxBodySize).Should().Be(("/root/of/config.yaml", "4Mi"));
    }

    [Fact]
    public void The_file_names_the_default_broker_and_store_and_both_can_be_replaced()
    {
        var other = File.With("kafka", "postgres");

        (File.Broker, File.Store, other.Broker, other.Store).Should().Be(("redis", "redis", "kafka", "postgres"));
        other
            .Apps[0]
            .ResourcesPaths.Select(path => Path.GetFileName(path))
            .Should()
            .Equal("common", "kafka", "postgres");
        other.Apps.SelectMany(app => app.ResourcesPaths).Should().OnlyContain(path => Directory.Exists(path));
    }

    [Fact]
    public void A_malformed_file_is_refused_with_a_message()
    {
        var act = () => DaprFile.Parse("apps: [", "/");

        act.Should().Throw<ShopException>().WithMessage("dapr.yaml cannot be read*");
    }
}
