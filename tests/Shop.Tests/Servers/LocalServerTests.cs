using DaprShop.Shop.Networking;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Servers;
using DaprShop.Shop.Supervision;
using DaprShop.TestKit;

namespace DaprShop.Shop.Tests.Servers;

/// <summary>Real servers from the programs that are installed on this machine.</summary>
[Collection("servers")]
public sealed class LocalServerTests
{
    [Theory]
    [InlineData("redis")]
    [InlineData("rabbitmq")]
    [InlineData("kafka")]
    public async Task A_private_server_keeps_its_data_when_killed_and_leaves_no_process_when_stopped(string product)
    {
        await using var servers = new RunningServers();
        var (kind, data) = await LocalAsync(servers, product);
        var address = await servers.AcquireAsync(kind);
        var unit = servers.Units.Should().ContainSingle().Subject;
        var ports = ListeningPorts(servers);
        await data.SaveAsync(unit, address, "kept");

        unit.Processes.Single(process => process.Spec.Name == product).Identity.Send(ProcessSignal.Kill);

        await Wait.UntilAsync(
            async () => unit.Restarts == 1 && await kind.ProblemAsync(address, CancellationToken.None) is null,
            "the server is restarted at the same address",
            () => LogTail.Of(servers.Shop.Folder.LogOf(product)),
            TimeSpan.FromSeconds(180)
        );
        (await data.ListAsync(unit, address)).Should().Contain("kept");

        await servers.StopAsync();

        ports
            .Should()
            .NotBeEmpty()
            .And.OnlyContain(port => port < 32768, "higher ports may be assigned to outgoing connections");
        ports.Should().OnlyContain(port => FreePort.IsFree(port));
        OrphanedProcesses.Find(servers.Shop.Folder).Should().BeEmpty();
    }

    [Fact]
    public async Task A_rabbitmq_that_rejects_the_password_is_reported()
    {
        await using var servers = new RunningServers();
        var (kind, _) = await LocalAsync(servers, "rabbitmq");
        var address = new Uri(await servers.AcquireAsync(kind));

        (await kind.ProblemAsync($"amqp://shop:wrong@127.0.0.1:{address.Port}", TestContext.Current.CancellationToken))
            .Should()
            .Be("it does not accept the password of user 'shop'");
        (await new KafkaServer().ProblemAsync($"127.0.0.1:{address.Port}", TestContext.Current.CancellationToken))
            .Should()
            .NotBeNull("the server is not Kafka");
    }

    [Fact]
    public async Task A_kafka_that_is_stopped_while_it_formats_leaves_no_process()
    {
        await using var servers = new RunningServers();
        var (kind, _) = await LocalAsync(servers, "kafka");
        using var interrupt = new CancellationTokenSource();
        var starting = servers.AcquireAsync(kind, interrupt.Token);
        await Wait.UntilAsync(
            () => OrphanedProcesses.Find(servers.Shop.Folder).Count() > 1,
            "the shell has started the program that formats"
        );

        await interrupt.CancelAsync();
        await ((Func<Task>)(() => starting)).Should().ThrowAsync<OperationCanceledException>();
        await servers.StopAsync();

        OrphanedProcesses.Find(servers.Shop.Folder).Should().BeEmpty();
    }

    private static async Task<(ServerKind Kind, IServerData Data)> LocalAsync(RunningServers servers, string product)
    {
        var kind = ServerKind.Of(product);
        servers.Set(kind.Variable, null);
        servers.Set(kind.ProviderVariable, "local");
        ServerPrograms.FindKafka(servers);
        var unavailable = await ServerManager.UnavailableReasonAsync(
            servers.Shop.Folder,
            kind,
            TestContext.Current.CancellationToken
        );
        if (Environment.GetEnvironmentVariable("CI") != "true")
            Assert.SkipWhen(unavailable is not null, unavailable ?? "");
        return (kind, ServerPrograms.DataOf(product));
    }

    /// <summary>
    /// The ports on which the servers of this shop listen, from the kernel's table and the processes that use them.
    /// </summary>
    private static List<int> ListeningPorts(RunningServers servers)
    {
        var pids = servers.Units.SelectMany(unit => unit.Processes).Select(process => $"(pid {process.Pid})").ToList();
        return
        [
            .. File.ReadLines("/proc/net/tcp")
                .Concat(File.ReadLines("/proc/net/tcp6"))
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(fields => fields.Length > 3 && fields[3] == "0A")
                .Select(fields => Convert.ToInt32(fields[1].Split(':')[1], 16))
                .Distinct()
                .Where(port => PortOwner.Find(port) is { } owner && pids.Exists(owner.EndsWith)),
        ];
    }
}
