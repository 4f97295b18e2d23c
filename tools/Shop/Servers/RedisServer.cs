using System.Globalization;
using System.Text;
using DaprShop.Shop.Networking;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Servers;

/// <summary>Redis, a broker and a store for cache and workflows. A private one appends every write to a file.</summary>
internal sealed class RedisServer() : ServerKind("redis")
{
    private const int DefaultPort = 3541;

    public override string Advice =>
        "Install Redis (Debian: apt-get install redis-server), or start Docker, or set SHOP_REDIS=host:port.";

    public override IReadOnlyList<IServerProvider> Providers(ShopFolder shop) =>
        [
            new DockerServerProvider("redis", shop, (run, _) =>
                new PrivateServer($"127.0.0.1:{run.Port}", run.Port, run.Spec)
            )
            {
                DefaultPort = DefaultPort,
            },
            new LocalServerProvider(
                () => Executable.Find("redis-server") is null ? "there is no redis-server on PATH" : null,
                _ => Task.FromResult(Local(shop, FreePort.Prefer(DefaultPort)))
            ),
        ];

    private static PrivateServer Local(ShopFolder shop, int port)
    {
        var data = Path.Combine(shop.Data, "redis");
        // everysec: a crash of the process loses nothing; a crash of the machine loses one second, which the shop
        // restores from its own tables.
        return new(
            $"127.0.0.1:{port}",
            port,
            new ProcessSpec(
                "redis",
                Executable.Find("redis-server")!,
                "--port",
                port.ToString(CultureInfo.InvariantCulture),
                "--bind",
                "127.0.0.1",
                "--dir",
                data,
                "--appendonly",
                "yes",
                "--appendfsync",
                "everysec",
                "--save",
                "",
                "--daemonize",
                "no"
            )
            {
                WorkingDirectory = shop.Root,
                LogFile = shop.LogOf("redis"),
                Folders = [data],
            }
        );
    }

    public override Task<string?> ProblemAsync(string address, CancellationToken cancel) =>
        TcpProbe.QueryAsync(
            address,
            async (stream, stop) =>
            {
                await stream.WriteAsync("PING\r\n"u8.ToArray(), stop);
                var response = new byte[64];
                var length = await stream.ReadAsync(response, stop);
                var text = Encoding.ASCII.GetString(response, 0, length).Trim();
                return text == "+PONG" ? null : $"it answered '{text}' to PING";
            },
            cancel
        );
}
