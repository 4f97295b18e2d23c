using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Infrastructure.Docker;
using DaprShop.Shop.Infrastructure.Servers;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Tests.Servers;

/// <summary>
/// Containers, by a docker command that writes down what it is asked and runs a Redis of this machine instead of an image: what is shown is what the
/// shop asks of Docker, and that it removes what it has made.
/// </summary>
[Collection("servers")]
public sealed class DockerWayTests
{
    private readonly ServerKind _redis = new RedisServer();

    public DockerWayTests()
    {
        if (Environment.GetEnvironmentVariable("CI") != "true")
            Assert.SkipWhen(
                Executable.Find("redis-server") is null,
                "There is no redis-server on PATH, which stands for the image."
            );
    }

    [Fact]
    public async Task A_container_has_a_name_and_a_volume_of_its_own_and_is_gone_after_down()
    {
        await using var servers = WithDocker(run: "exec redis-server --port $port --bind 127.0.0.1 --save ''");
        servers.Set(_redis.WayVariable, "docker");

        var address = await servers.HaveAsync(_redis);

        var container = $"daprshop-{servers.Shop.Folder.Mark}-redis";
        var create = Asked(servers)
            .Should()
            .ContainSingle(line => line.StartsWith("create ", StringComparison.Ordinal))
            .Subject;
        create
            .Should()
            .Contain($"--name {container} --publish {address}:6379 --volume {container}:/data")
            .And.Contain(" redis:7 redis-server --appendonly yes");

        await servers.StopAsync();
        await DockerEngine.WipeAsync(servers.Shop.Folder);

        Asked(servers).Should().ContainInOrder($"rm --force {container}", $"volume rm --force {container}");
        Strays.Of(servers.Shop.Folder).Should().BeEmpty();
    }

    [Fact]
    public async Task The_container_of_a_client_that_was_killed_is_replaced()
    {
        await using var servers = WithDocker(run: "exec redis-server --port $port --bind 127.0.0.1 --save ''");
        servers.Set(_redis.WayVariable, "docker");
        var address = await servers.HaveAsync(_redis);
        var unit = servers.Units.Single();

        unit.Processes[0].Identity.Send(Signal.Kill);

        (
            await Until.TrueAsync(
                async () => unit.Restarts == 1 && await _redis.ProblemAsync(address, CancellationToken.None) is null,
                TemporaryShop.Deadline
            )
        )
            .Should()
            .BeTrue();
        Asked(servers).TakeLast(3).Select(line => line.Split(' ')[0]).Should().Equal("rm", "create", "start");
    }

    [Fact]
    public async Task A_client_that_is_told_to_end_while_it_makes_the_container_lets_the_engine_finish_before_all_is_removed()
    {
        await using var servers = WithDocker(
            run: "exit 1",
            create: "touch creating; while [ ! -e go ]; do sleep 0.05; done; touch created"
        );
        servers.Set(_redis.WayVariable, "docker");
        using var ctrlC = new CancellationTokenSource();
        var having = servers.HaveAsync(_redis, ctrlC.Token);
        await TemporaryShop.Eventually(
            () => File.Exists(PathOf(servers, "creating")),
            "the client asks for a container"
        );

        await ctrlC.CancelAsync();
        var stopping = servers.StopAsync();
        Strays.Of(servers.Shop.Folder).ToList().ForEach(stray => stray.Send(Signal.Terminate));
        await File.WriteAllTextAsync(PathOf(servers, "go"), "", TestContext.Current.CancellationToken);
        await stopping;

        await having.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
        File.Exists(PathOf(servers, "created")).Should().BeTrue("its client was not ended");
        Asked(servers).Select(line => line.Split(' ')[0]).Should().Equal("version", "image", "rm", "create", "rm");
    }

    [Fact]
    public async Task Where_a_container_does_not_start_the_next_way_is_gone()
    {
        await using var servers = WithDocker(run: "echo no such image; exit 125");

        var address = await servers.HaveAsync(_redis);

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
    public async Task Every_way_that_fails_is_named_with_its_reason()
    {
        await using var servers = WithDocker(run: "echo no such image; exit 125");
        servers.Set("PATH", Path.Combine(servers.Shop.Folder.Root, "bin") + ":/bin");
        var act = () => servers.HaveAsync(new KafkaServer());

        (await act.Should().ThrowAsync<ShopException>())
            .Which.Message.Should()
            .StartWith("No kafka can be had:")
            .And.Contain("SHOP_KAFKA is not set")
            .And.Contain("docker: kafka did not start")
            .And.Contain("no such image")
            .And.Contain("local: there is no")
            .And.Contain("Set KAFKA_HOME");
        servers.Units.Should().BeEmpty();
    }

    [Fact]
    public async Task Databases_that_were_made_one_way_are_not_begun_anew_another_way()
    {
        await using var servers = WithDocker(run: "exit 125", version: "echo Cannot connect; exit 1");
        var marker = DockerEngine.MarkerOf(servers.Shop.Folder, "postgres");
        Directory.CreateDirectory(Path.GetDirectoryName(marker)!);
        await File.WriteAllTextAsync(marker, "", TestContext.Current.CancellationToken);
        var act = () => servers.HaveAsync(new PostgresServer());

        (await act.Should().ThrowAsync<ShopException>())
            .Which.Message.Should()
            .Contain("docker has no engine to talk to: Cannot connect")
            .And.Contain("Other ways were not tried");
    }

    [Fact]
    public async Task A_way_or_an_address_that_is_wrong_is_refused_with_what_is_allowed()
    {
        await using var servers = new RunningServers();
        servers.Set(_redis.WayVariable, "magic");
        var noSuchWay = () => servers.HaveAsync(_redis);
        await noSuchWay
            .Should()
            .ThrowAsync<ShopException>()
            .WithMessage("SHOP_REDIS_FROM=magic: there is no such way. There are: docker, local.");

        servers.Set("SHOP_RABBITMQ", "localhost:5672");
        var noSuchAddress = () => servers.HaveAsync(new RabbitServer());
        await noSuchAddress
            .Should()
            .ThrowAsync<ShopException>()
            .WithMessage("*SHOP_RABBITMQ does not answer: its address is not amqp://user:password@host:port*");
    }

    /// <summary>A docker that is first on PATH.</summary>
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

    private static string[] Asked(RunningServers servers) => File.ReadAllLines(PathOf(servers, "asked"));

    private static string PathOf(RunningServers servers, string name) => Path.Combine(servers.Shop.Folder.Root, name);
}
