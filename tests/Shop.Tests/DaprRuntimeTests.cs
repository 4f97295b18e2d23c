using DaprShop.Shop.Runtimes;
using DaprShop.Shop.Supervision;
using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Tests;

public sealed class DaprRuntimeTests
{
    [Theory]
    [InlineData("redis", "redis", "redis")]
    [InlineData("rabbitmq", "redis", "rabbitmq redis")]
    [InlineData("redis", "postgres", "redis")]
    [InlineData("kafka", "postgres", "kafka")]
    public void Only_the_servers_that_broker_and_store_need_are_started(string broker, string store, string servers)
    {
        var runtime = new DaprRuntime(
            ShopFolder.Find(),
            new DaprBinaries("daprd", "placement", "scheduler"),
            broker,
            store
        );

        string.Join(' ', runtime.Servers).Should().Be(servers);
        runtime.Databases.Should().Equal(store == "postgres" ? ["dapr"] : Array.Empty<string>());
    }

    [Fact]
    public void The_file_of_names_is_made_in_write_ahead_mode_before_the_first_sidecar_and_kept_afterwards()
    {
        using var shop = new TemporaryShop();

        NamesFile.Create(shop.Folder);
        var made = File.ReadAllBytes(NamesFile.PathIn(shop.Folder));
        File.WriteAllText(NamesFile.PathIn(shop.Folder), "used");
        NamesFile.Create(shop.Folder);

        made.Should().HaveCount(4096);
        (made[18], made[19]).Should().Be((2, 2), "2 stands for write-ahead logging");
        File.ReadAllText(NamesFile.PathIn(shop.Folder)).Should().Be("used");
        File.ReadAllText(Path.Combine(ShopFolder.Find().Root, "components/common/config.yaml"))
            .Should()
            .Contain($"connectionString: .shop/{Path.GetFileName(NamesFile.PathIn(shop.Folder))}");
    }

    [Fact]
    public async Task The_runtime_makes_the_file_of_names_when_it_starts()
    {
        using var shop = new TemporaryShop();
        await using var supervisor = new Supervisor(shop.Folder, shop.State, TimeProvider.System);
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();

        // There are no such programs, and nobody waits for them.
        var start = () =>
            new DaprRuntime(
                shop.Folder,
                new DaprBinaries("no-daprd", "no-placement", "no-scheduler"),
                "redis",
                "redis"
            ).StartAsync(new ServerManager(shop.Folder, supervisor), stopped.Token);
        await start.Should().ThrowAsync<Exception>();

        File.Exists(NamesFile.PathIn(shop.Folder)).Should().BeTrue();
    }

    [Fact]
    public void An_app_has_a_sidecar_with_the_components_of_broker_and_store()
    {
        var shop = ShopFolder.Find();
        var app = DaprFile.Load(shop).With("kafka", "postgres").Apps.First(each => each.Id == "orders");

        var processes = new DaprRuntime(
            shop,
            new DaprBinaries("daprd", "placement", "scheduler"),
            "kafka",
            "postgres"
        ).ProcessesOf(app);

        processes.Select(process => process.Name).Should().Equal("orders-sidecar", "orders");
        string.Join(' ', processes[0].Arguments)
            .Should()
            .Contain(
                $"--resources-path {shop.Root}/components/brokers/kafka "
                    + $"--resources-path {shop.Root}/components/stores/postgres"
            );
    }
}
