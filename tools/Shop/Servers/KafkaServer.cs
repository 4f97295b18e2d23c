using System.Buffers.Binary;
using DaprShop.Shop.Networking;

namespace DaprShop.Shop.Servers;

/// <summary>Kafka, a broker. A private one is a single node that is broker and controller.</summary>
internal sealed class KafkaServer() : ServerKind("kafka")
{
    public const int DefaultPort = 3545;

    // ApiVersions, version 0, correlation id 7, no client id: every version of Kafka answers this request.
    private static readonly byte[] ApiVersionsRequest = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0xFF, 0xFF];

    public override string Advice =>
        "Set KAFKA_HOME to an unpacked Kafka and install Java 17, or start Docker, or set SHOP_KAFKA=host:port.";

    public override IReadOnlyList<IServerProvider> Providers(ShopFolder shop) =>
        [
            new DockerServerProvider("kafka", shop, (run, _) =>
                new PrivateServer($"127.0.0.1:{run.Port}", run.Port, run.Spec)
            )
            {
                DefaultPort = DefaultPort,
                // Clients connect to the published port, which the container does not know by itself.
                Environment = port => new() { ["KAFKA_ADVERTISED_LISTENERS"] = $"CLIENTS://127.0.0.1:{port}" },
            },
            new LocalServerProvider(
                () => KafkaNode.UnavailableReason(shop),
                _ => Task.FromResult(new KafkaNode(shop).Server(FreePort.Prefer(DefaultPort)))
            ),
        ];

    public override Task<string?> ProblemAsync(string address, CancellationToken cancel) =>
        TcpProbe.QueryAsync(
            address,
            async (stream, stop) =>
            {
                await stream.WriteAsync(ApiVersionsRequest, stop);
                var response = new byte[10];
                if (
                    await stream.ReadAtLeastAsync(response, response.Length, throwOnEndOfStream: false, stop)
                        < response.Length
                    || response[7] != ApiVersionsRequest[11]
                )
                    return "it does not speak the Kafka protocol";
                return BinaryPrimitives.ReadInt16BigEndian(response.AsSpan(8)) is var error and not 0
                    ? $"it returned error {error}"
                    : null;
            },
            cancel
        );
}
