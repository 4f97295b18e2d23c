using DaprShop.Shop.Infrastructure.Docker;

namespace DaprShop.Shop.Infrastructure.Servers;

/// <summary>RabbitMQ, a broker. Its address is amqp://user:password@host:port.</summary>
internal sealed class RabbitServer() : ServerKind("rabbitmq")
{
    public const string User = "shop";
    public const int UsualPort = 3542;

    public override string Advice =>
        "Install it (Debian: apt-get install rabbitmq-server; the shop uses its programs, not its service), or start Docker, or set SHOP_RABBITMQ=amqp://user:password@host:port.";

    public override IReadOnlyList<IWay> Ways(ShopFolder shop) =>
        [
            new DockerWay("rabbitmq", shop, (run, password) =>
                new PrivateServer(Address(password, run.Port), run.Port, run.Spec)
            )
            {
                UsualPort = UsualPort,
                PasswordVariable = "RABBITMQ_DEFAULT_PASS",
            },
            new LocalWay(RabbitNode.Obstacle, _ =>
                Task.FromResult(new RabbitNode(shop).Server(FreePort.Prefer(UsualPort)))
            ),
        ];

    public static string Address(string password, int port) => $"amqp://{User}:{password}@127.0.0.1:{port}";

    public override string Public(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var at) ? $"{at.Host}:{at.Port}" : "?";

    public override Task<string?> ProblemAsync(string address, CancellationToken cancel)
    {
        if (
            !Uri.TryCreate(address, UriKind.Absolute, out var at)
            || at.Scheme != "amqp"
            || at.UserInfo.Split(':') is not [var user, var password]
        )
            return Task.FromResult<string?>("its address is not amqp://user:password@host:port");
        return Probe.AskAsync(
            $"{at.Host}:{(at.Port < 0 ? 5672 : at.Port)}",
            (stream, stop) =>
                AmqpLogin.TryAsync(stream, Uri.UnescapeDataString(user), Uri.UnescapeDataString(password), stop),
            cancel
        );
    }
}
