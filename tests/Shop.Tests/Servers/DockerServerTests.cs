using DaprShop.Shop.Docker;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Servers;
using DaprShop.Shop.Supervision;
using DaprShop.TestKit;

namespace DaprShop.Shop.Tests.Servers;

/// <summary>
/// Containers, with a fake docker command that records its arguments and runs a local Redis instead of an image. The
/// tests check the commands that the shop runs, and that it removes the containers it has created.
/// </summary>
[Collection("servers")]
public sealed class DockerServerTests
{
    private readonly ServerKind _redis = new RedisServer();

    public DockerServerTests()
    {
        if (Environment.GetEnvironmentVariable("CI") != "true")
            Assert.SkipWhen(
                Executable.Find("redis-server") is null,
                "There is no redis-server on PATH, which replaces the image."
            );
    }

    [Fact]
    public async Task A_container_has_its_own_name_and_volume_and_is_removed_by_down()
    {
        await using var servers = WithDocker(run: "exec redis-server --port $port --bind 127.0.0.1 --save ''");
        servers.Set(_redis.ProviderVariable, "docker");

        var address = await servers.AcquireAsync(_redis);

        var container = $"daprshop-{servers.Shop.Folder.Id}-redis";
        var create = Commands(servers)
            .Should()
            .ContainSingle(line => line.StartsWith("create ", StringComparison.Ordinal))
            .Subject;
        create
            .Should()
            .Contain($"--name {container} --publish {address}:6379 --volume {container}:/data")
            .And.Contain(" redis:7 redis-server --appendonly yes");

        await servers.StopAsync();
        await DockerEngine.WipeAsync(servers.Shop.Folder);

        Commands(servers).Should().ContainInOrder($"rm --force {container}", $"volume rm --force {container}");
        OrphanedProcesses.Find(servers.Shop.Folder).Should().BeEmpty();
    }

    [Fact]
    public async Task The_container_of_a_killed_client_is_replaced()
    {
        await using var servers = WithDocker(run: "exec redis-server --port $port --bind 127.0.0.1 --save ''");
        servers.Set(_redis.ProviderVariable, "docker");
        var address = await servers.AcquireAsync(_redis);
        var unit = servers.Units.Single();

        unit.Processes[0].Identity.Send(ProcessSignal.Kill);

        await Wait.UntilAsync(
            async () => unit.Restarts == 1 && await _redis.ProblemAsync(address, CancellationToken.None) is null,
            "the container is restarted at the same address"
        );
        Commands(servers).TakeLast(3).Select(line => line.Split(' ')[0]).Should().Equal("rm", "create", "start");
    }

    [Fact]
    public async Task A_client_that_is_stopped_while_it_creates_a_container_finishes_before_the_removal()
    {
        await using var servers = WithDocker(
            run: "exit 1",
            create: "touch creating; while [ ! -e go ]; do sleep 0.05; done; touch created"
        );
        servers.Set(_redis.ProviderVariable, "docker");
        using var ctrlC = new CancellationTokenSource();
        var acquiring = servers.AcquireAsync(_redis, ctrlC.Token);
        await Wait.UntilAsync(() => File.Exists(PathOf(servers, "creating")), "the client creates a container");

        await ctrlC.CancelAsync();
        var stopping = servers.StopAsync();
        OrphanedProcesses.Find(servers.Shop.Folder).ToList().ForEach(stray => stray.Send(ProcessSignal.Terminate));
        await File.WriteAllTextAsync(PathOf(servers, "go"), "", TestContext.Current.CancellationToken);
        await stopping;

        await acquiring.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
        File.Exists(PathOf(servers, "created")).Should().BeTrue("its client was not killed");
        Commands(servers).Select(line => line.Split(' ')[0]).Should().Equal("version", "image", "rm", "create", "rm");
    }

    [Fact]
    public async Task When_a_container_does_not_start_the_next_provider_is_used()
    {
        await using var servers = WithDocker(run: "echo no such image; exit 125");

        var address = await servers.AcquireAsync(_redis);

        (await _redis.ProblemAsync(address, TestContext.Current.CancellationToken)).Should().BeNull();
        servers
            .Units.Should()
            .ContainSingle()
            .Which.Processes.Should()
            .ContainSingle()
            .Which.Spec.FileName.Should()
            .EndWith("redis-server");
    }

    [Fact]
    public async Task Every_failed_provider_is_reported_with_its_reason()
    {
        await using var servers = WithDocker(run: "echo no such image; exit 125");
        servers.Set("PATH", Path.Combine(servers.Shop.Folder.Root, "bin") + ":/bin");
        var act = () => servers.AcquireAsync(new KafkaServer());

        (await act.Should().ThrowAsync<ShopException>())
            .Which.Message.Should()
            .StartWith("kafka is not available:")
            .And.Contain("SHOP_KAFKA is not set")
            .And.Contain("docker: kafka did not start")
            .And.Contain("no such image")
            .And.Contain("local: no Kafka is installed")
            .And.Contain("Set KAFKA_HOME");
        servers.Units.Should().BeEmpty();
    }

    [Fact]
    public async Task A_database_is_not_recreated_by_another_provider()
    {
        await using var servers = WithDocker(run: "exit 125", version: "echo Cannot connect; exit 1");
        var marker = DockerEngine.MarkerOf(servers.Shop.Folder, "postgres");
        Directory.CreateDirectory(Path.GetDirectoryName(marker)!);
        await File.WriteAllTextAsync(marker, "", TestContext.Current.CancellationToken);
        var act = () => servers.AcquireAsync(new PostgresServer());

        (await act.Should().ThrowAsync<ShopException>())
            .Which.Message.Should()
            .Contain("the Docker engine does not answer: Cannot connect")
            .And.Contain("No other provider was tried");
    }

    [Fact]
    public async Task A_wrong_provider_or_address_is_refused_with_the_allowed_values()
    {
        await using var servers = new RunningServers();
        servers.Set(_redis.ProviderVariable, "magic");
        var noSuchProvider = () => servers.AcquireAsync(_redis);
        await noSuchProvider
            .Should()
            .ThrowAsync<ShopException>()
            .WithMessage("SHOP_REDIS_FROM=magic is not supported. Use one of: docker, local.");

        servers.Set("SHOP_RABBITMQ", "localhost:5672");
        var noSuchAddress = () => servers.AcquireAsync(new RabbitServer());
        await noSuchAddress
            .Should()
            .ThrowAsync<ShopException>()
            .WithMessage(
                "*SHOP_RABBITMQ names is not usable: its address is not of the form amqp://user:password@host:port*"
            );
    }

    /// <summary>Puts a fake docker first on PATH.</summary>
    private static RunningServers WithDocker(string run, string version = "echo 1", string create = "")
    {
        var servers = new RunningServers();
        var root = servers.Shop.Folder.Root;
        File.Copy(ComposeService.FileOf(ShopFolder.Find()), ComposeService.FileOf(servers.Shop.Folder));
        var docker = Path.Combine(root, "bin", "docker");
        Directory.CreateDirectory(Path.GetDirectoryName(docker)!);
        File.WriteAllText(
            docker,
            $$"""
            #!/bin/sh
            echo "$*" >> {{root}}/asked
            case $1 in
            version) {{version}} ;;
            create) echo "$*" | sed 's/.*--publish 127.0.0.1:\([0-9]*\):.*/\1/' > {{root}}/port; {{create}} ;;
            start) port=$(cat {{root}}/port); {{run}} ;;
            esac

            """
        );
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        foreach (var variable in new[] { "SHOP_REDIS", "SHOP_KAFKA", "SHOP_POSTGRES", "KAFKA_HOME" })
            servers.Set(variable, null);
        servers.Set("PATH", $"{Path.GetDirectoryName(docker)}:{Environment.GetEnvironmentVariable("PATH")}");
        return servers;
    }

    private static string[] Commands(RunningServers servers) => File.ReadAllLines(PathOf(servers, "asked"));

    private static string PathOf(RunningServers servers, string name) => Path.Combine(servers.Shop.Folder.Root, name);
}
