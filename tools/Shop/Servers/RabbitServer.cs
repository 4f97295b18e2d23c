using DaprShop.Shop.Networking;

namespace DaprShop.Shop.Servers;

/// <summary>RabbitMQ, a broker. Its address is amqp://user:password@host:port.</summary>
internal sealed class RabbitServer() : ServerKind("rabbitmq")
{
    public const string User = "shop";
    public const int DefaultPort = 3542;

    public override string Advice =>
        "Install RabbitMQ (Debian: apt-get install rabbitmq-server; the shop uses its programs, not its service), or "
        + "start Docker, or set SHOP_RABBITMQ=amqp://user:password@host:port.";

    public override IReadOnlyList<IServerProvider> Providers(ShopFolder shop) =>
        [
            new DockerServerProvider("rabbitmq", shop, (run, password) =>
                new PrivateServer(Address(password, run.Port), run.Port, run.Spec)
            )
            {
                DefaultPort = DefaultPort,
                PasswordVariable = "RABBITMQ_DEFAULT_PASS",
            },
            new LocalServerProvider(RabbitNode.UnavailableReason, _ =>
                Task.FromResult(new RabbitNode(shop).Server(FreePort.Prefer(DefaultPort)))
            ),
        ];

    public static string Address(string password, int port) => $"amqp://{User}:{password}@127.0.0.1:{port}";

    public override string DisplayAddress(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var at) ? $"{at.Host}:{at.Port}" : "?";

    /// <summary>Null when a broker on this port speaks its protocol; no password is needed to learn that.</summary>
    public static Task<string?> AnswerProblemAsync(int port, CancellationToken cancel) =>
        TcpProbe.QueryAsync($"127.0.0.1:{port}", AmqpLogin.GreetAsync, cancel);

    public override Task<string?> ProblemAsync(string address, CancellationToken cancel)
    {
        if (
            !Uri.TryCreate(address, UriKind.Absolute, out var at)
            || at.Scheme != "amqp"
            || at.UserInfo.Split(':') is not [var user, var password]
        )
            return Task.FromResult<string?>("its address is not of the form amqp://user:password@host:port");
        return TcpProbe.QueryAsync(
            $"{at.Host}:{(at.Port < 0 ? 5672 : at.Port)}",
            (stream, stop) =>
                AmqpLogin.TryAsync(stream, Uri.UnescapeDataString(user), Uri.UnescapeDataString(password), stop),
            cancel
        );
    }
}
