using System.Globalization;
using System.Text;
using DaprShop.Shop.Infrastructure.Docker;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Infrastructure.Servers;

/// <summary>Redis: a broker, and a store for cache and workflows. A private one appends every write to disk.</summary>
internal sealed class RedisServer() : ServerKind("redis")
{
    private const int UsualPort = 3541;

    public override string Advice =>
        "Install it (Debian: apt-get install redis-server), or start Docker, or set SHOP_REDIS=host:port.";

    public override IReadOnlyList<IWay> Ways(ShopFolder shop) =>
        [
            new DockerWay("redis", shop, (run, _) => new PrivateServer($"127.0.0.1:{run.Port}", run.Port, run.Spec))
            {
                UsualPort = UsualPort,
            },
            new LocalWay(
                () => Executable.Find("redis-server") is null ? "there is no redis-server on PATH" : null,
                _ => Task.FromResult(Local(shop, FreePort.Prefer(UsualPort)))
            ),
        ];

    private static PrivateServer Local(ShopFolder shop, int port)
    {
        var data = Path.Combine(shop.Data, "redis");
        // everysec: the death of the process loses nothing, that of the machine a second, which the shop's own tables make good.
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
        Probe.AskAsync(
            address,
            async (stream, stop) =>
            {
                await stream.WriteAsync("PING\r\n"u8.ToArray(), stop);
                var answer = new byte[64];
                var length = await stream.ReadAsync(answer, stop);
                var text = Encoding.ASCII.GetString(answer, 0, length).Trim();
                return text == "+PONG" ? null : $"it answers '{text}'";
            },
            cancel
        );
}
