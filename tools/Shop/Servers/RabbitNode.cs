using DaprShop.Shop.Networking;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Secrets;

namespace DaprShop.Shop.Servers;

/// <summary>
/// A RabbitMQ node from installed programs, separate from one that the system runs: it has its own node name, cookie,
/// data, ports, and its own epmd (Erlang's node registry), which would otherwise keep running as a daemon.
/// </summary>
internal sealed class RabbitNode(ShopFolder shop)
{
    private const int DefaultDistributionPort = 3543;
    private const int DefaultEpmdPort = 3544;

    // Not Debian's /usr/sbin/rabbitmq-server, which switches to the system's user and folders.
    private static readonly string[] Homes = ["/usr/lib/rabbitmq/bin", "/opt/homebrew/sbin", "/usr/local/sbin"];
    private static readonly string[] Erlang = ["/usr/lib/erlang/bin", "/opt/homebrew/bin", "/usr/local/bin"];

    private string Home => Path.Combine(shop.Data, "rabbitmq");

    public static string? UnavailableReason() =>
        OperatingSystem.IsWindows() ? "on Windows the shop does not run local RabbitMQ programs"
        : Executable.Find("rabbitmq-server", Homes) is null
            ? $"there is no rabbitmq-server in {string.Join(", ", Homes)} or on PATH"
        : Executable.Find("epmd", Erlang) is null || Executable.Find("erl", Erlang) is null
            ? "there is no Erlang (erl, epmd) on PATH"
        : null;

    public PrivateServer Server(int port)
    {
        var (distribution, epmd) = (FreePort.Prefer(DefaultDistributionPort), FreePort.Prefer(DefaultEpmdPort));
        var password = PrivateFile.Password(Home + ".password");
        Directory.CreateDirectory(Home);
        PrivateFile.Write(
            Path.Combine(Home, "rabbitmq.conf"),
            $"""
            listeners.tcp.shop = 127.0.0.1:{port}
            default_user = {RabbitServer.User}
            default_pass = {password}
            log.console = true
            log.console.level = warning

            """
        );
        // Without plugins nothing else listens.
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
                // Erlang stores its cookie here.
                ["HOME"] = Home,
                // Makes the script replace itself with the broker, so that the broker receives the stop signal.
                ["RUNNING_UNDER_SYSTEMD"] = "true",
                ["RABBITMQ_NODENAME"] = "shop@localhost",
                ["RABBITMQ_MNESIA_BASE"] = Path.Combine(Home, "data"),
                ["RABBITMQ_LOG_BASE"] = Path.Combine(Home, "log"),
                ["RABBITMQ_LOGS"] = "-",
                ["RABBITMQ_CONFIG_FILE"] = Path.Combine(Home, "rabbitmq.conf"),
                // The system's settings are not used; these files need not exist.
                ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(Home, "no-environment"),
                ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(Home, "no-advanced"),
                ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(Home, "plugins"),
                ["RABBITMQ_DIST_PORT"] = $"{distribution}",
                ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
                ["ERL_EPMD_PORT"] = $"{epmd}",
                ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
                // The shop starts its own epmd; one that Erlang starts would outlive the shop.
                ["ERL_ZFLAGS"] = "-start_epmd false",
            },
            // A clean shutdown takes 3 s.
            Grace = TimeSpan.FromSeconds(20),
        };
}
