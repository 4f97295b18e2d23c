using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Infrastructure.Servers;

/// <summary>
/// A RabbitMQ from installed programs, apart from any that the system runs: its own node name, cookie, data, ports, and its own epmd (Erlang's list of
/// nodes), which would otherwise stay behind as a daemon.
/// </summary>
internal sealed class RabbitNode(ShopFolder shop)
{
    private const int UsualDistributionPort = 3543;
    private const int UsualEpmdPort = 3544;

    // Not Debian's /usr/sbin/rabbitmq-server: that becomes the system's user, and works in the system's folders.
    private static readonly string[] Homes = ["/usr/lib/rabbitmq/bin", "/opt/homebrew/sbin", "/usr/local/sbin"];
    private static readonly string[] Erlang = ["/usr/lib/erlang/bin", "/opt/homebrew/bin", "/usr/local/bin"];

    private string Home => Path.Combine(shop.Data, "rabbitmq");

    public static string? Obstacle() =>
        OperatingSystem.IsWindows() ? "on Windows the shop does not run RabbitMQ's programs itself"
        : Executable.Find("rabbitmq-server", Homes) is null
            ? $"there is no rabbitmq-server in {string.Join(", ", Homes)} or on PATH"
        : Executable.Find("epmd", Erlang) is null || Executable.Find("erl", Erlang) is null
            ? "there is no Erlang (erl, epmd) on PATH"
        : null;

    public PrivateServer Server(int port)
    {
        var (distribution, epmd) = (FreePort.Prefer(UsualDistributionPort), FreePort.Prefer(UsualEpmdPort));
        var password = SecretFile.Password(Home + ".password");
        Directory.CreateDirectory(Home);
        SecretFile.Write(
            Path.Combine(Home, "rabbitmq.conf"),
            $"""
            listeners.tcp.shop = 127.0.0.1:{port}
            default_user = {RabbitServer.User}
            default_pass = {password}
            log.console = true
            log.console.level = warning

            """
        );
        // No plugins: nothing else listens.
        File.WriteAllText(Path.Combine(Home, "plugins"), "[].\n");
        return new(RabbitServer.Address(password, port), port, Epmd(epmd), Broker(distribution, epmd));
    }

    private ProcessSpec Epmd(int port) =>
        new("rabbitmq-epmd", Executable.Find("epmd", Erlang)!, "-port", $"{port}", "-address", "127.0.0.1")
        {
            WorkingDirectory = shop.Root,
            LogFile = shop.LogOf("rabbitmq-epmd"),
        };

    private ProcessSpec Broker(int distribution, int epmd) =>
        new("rabbitmq", Executable.Find("rabbitmq-server", Homes)!)
        {
            WorkingDirectory = shop.Root,
            LogFile = shop.LogOf("rabbitmq"),
            Folders = [Home],
            Environment = new Dictionary<string, string>
            {
                // Where Erlang keeps its cookie.
                ["HOME"] = Home,
                // Makes the script become the broker instead of staying its parent: the signal that ends it has to reach it.
                ["RUNNING_UNDER_SYSTEMD"] = "true",
                ["RABBITMQ_NODENAME"] = "shop@localhost",
                ["RABBITMQ_MNESIA_BASE"] = Path.Combine(Home, "data"),
                ["RABBITMQ_LOG_BASE"] = Path.Combine(Home, "log"),
                ["RABBITMQ_LOGS"] = "-",
                ["RABBITMQ_CONFIG_FILE"] = Path.Combine(Home, "rabbitmq.conf"),
                // The system's settings are not ours; these files need not exist.
                ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(Home, "no-environment"),
                ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(Home, "no-advanced"),
                ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(Home, "plugins"),
                ["RABBITMQ_DIST_PORT"] = $"{distribution}",
                ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
                ["ERL_EPMD_PORT"] = $"{epmd}",
                ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
                // Ours is started beside it; Erlang would start one that outlives everything.
                ["ERL_ZFLAGS"] = "-start_epmd false",
            },
            // A clean end takes 3 s.
            Grace = TimeSpan.FromSeconds(20),
        };
}
