using System.Buffers.Binary;
using DaprShop.Shop.Infrastructure.Docker;

namespace DaprShop.Shop.Infrastructure.Servers;

/// <summary>Kafka, a broker. A private one is a single node, broker and controller in one.</summary>
internal sealed class KafkaServer() : ServerKind("kafka")
{
    public const int UsualPort = 3545;

    // ApiVersions, version 0, correlation id 7, no client id: the one request that every version of Kafka answers.
    private static readonly byte[] Question = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0xFF, 0xFF];

    public override string Advice =>
        "Set KAFKA_HOME to an unpacked Kafka (and have Java 17 on PATH), or start Docker, or set SHOP_KAFKA=host:port.";

    public override IReadOnlyList<IWay> Ways(ShopFolder shop) =>
        [
            new DockerWay("kafka", shop, (run, _) => new PrivateServer($"127.0.0.1:{run.Port}", run.Port, run.Spec))
            {
                UsualPort = UsualPort,
                // The address that it tells its clients has the port as this machine sees it.
                Environment = port => new() { ["KAFKA_ADVERTISED_LISTENERS"] = $"CLIENTS://127.0.0.1:{port}" },
            },
            new LocalWay(
                () => KafkaNode.Obstacle(shop),
                _ => Task.FromResult(new KafkaNode(shop).Server(FreePort.Prefer(UsualPort)))
            ),
        ];

    public override Task<string?> ProblemAsync(string address, CancellationToken cancel) =>
        Probe.AskAsync(
            address,
            async (stream, stop) =>
            {
                await stream.WriteAsync(Question, stop);
                var answer = new byte[10];
                if (
                    await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, stop)
                        < answer.Length
                    || answer[7] != Question[11]
                )
                    return "it does not speak Kafka's protocol";
                return BinaryPrimitives.ReadInt16BigEndian(answer.AsSpan(8)) is var error and not 0
                    ? $"it answers with error {error}"
                    : null;
            },
            cancel
        );
}
