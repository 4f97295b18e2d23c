using System.Security.Cryptography;
using DaprShop.Shop.Networking;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Servers;

/// <summary>A Kafka node from an unpacked distribution: formatted once, then run in the foreground.</summary>
internal sealed class KafkaNode(ShopFolder shop)
{
    private const int DefaultControllerPort = 3546;

    // Formats a log folder that is new or was deleted; then the shell replaces itself with the server. When the shell
    // is stopped while it formats, it stops that program, too.
    private const string Run = """
        if [ ! -e "$4/meta.properties" ]; then
          trap 'kill $!; wait $!; exit 143' TERM
          "$1" -cp "$2" kafka.tools.StorageTool format -t "$5" -c "$3" &
          wait $! || exit 1
          trap - TERM
        fi
        exec "$1" -Xmx512m -Dlog4j2.level=WARN -cp "$2" kafka.Kafka "$3"
        """;

    private string Data => Path.Combine(shop.Data, "kafka");

    public static string? UnavailableReason(ShopFolder shop) =>
        OperatingSystem.IsWindows() ? "on Windows the shop does not run local Kafka programs"
        : Home(shop) is null
            ? $"no Kafka is installed in {string.Join(", ", Homes(shop))}; set KAFKA_HOME to its folder"
        : Java() is null ? "there is no java in JAVA_HOME or on PATH; Kafka 4 needs Java 17"
        : null;

    public PrivateServer Server(int port)
    {
        var controller = FreePort.Prefer(DefaultControllerPort);
        var (settings, log) = (Path.Combine(shop.Data, "kafka.properties"), Path.Combine(Data, "log"));
        File.WriteAllText(
            settings,
            $"""
            process.roles=broker,controller
            node.id=1
            controller.quorum.voters=1@127.0.0.1:{controller}
            controller.listener.names=CONTROLLER
            listeners=CLIENTS://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
            advertised.listeners=CLIENTS://127.0.0.1:{port}
            listener.security.protocol.map=CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT
            inter.broker.listener.name=CLIENTS
            log.dirs={log}
            # A topic is the event log of one service; several partitions would only mix up its order.
            num.partitions=1
            # A single node has no replicas.
            offsets.topic.replication.factor=1
            transaction.state.log.replication.factor=1
            transaction.state.log.min.isr=1
            share.coordinator.state.topic.replication.factor=1
            share.coordinator.state.topic.min.isr=1
            # A new consumer group is usable immediately instead of after three seconds.
            group.initial.rebalance.delay.ms=0

            """
        );
        // An id with a leading dash would be parsed as an option.
        var id = "id" + RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", 19) + "A";
        return new(
            $"127.0.0.1:{port}",
            port,
            new ProcessSpec(
                "kafka",
                "/bin/sh",
                "-c",
                Run,
                "sh",
                Java()!,
                Path.Combine(Home(shop)!, "libs", "*"),
                settings,
                log,
                id
            )
            {
                WorkingDirectory = shop.Root,
                LogFile = shop.LogOf("kafka"),
                Folders = [Data],
                // Kafka flushes its logs before it ends.
                Grace = TimeSpan.FromSeconds(30),
            }
        );
    }

    private static string? Home(ShopFolder shop) =>
        Homes(shop).FirstOrDefault(home => Directory.Exists(Path.Combine(home, "libs")));

    private static string[] Homes(ShopFolder shop) =>
        [
            .. Environment.GetEnvironmentVariable("KAFKA_HOME") is { Length: > 0 } home
                ? [home]
                : Array.Empty<string>(),
            Path.GetFullPath(Path.Combine(shop.Root, "..", "shared", "kafka")),
            "/opt/kafka",
        ];

    private static string? Java() =>
        Executable.Find(
            "java",
            Environment.GetEnvironmentVariable("JAVA_HOME") is { Length: > 0 } home ? [Path.Combine(home, "bin")] : []
        );
}
