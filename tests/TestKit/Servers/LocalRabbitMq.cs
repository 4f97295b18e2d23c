using System.Globalization;
using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Processes;

namespace DaprShop.TestKit.Servers;

/// <summary>One RabbitMQ node, and a port mapper (epmd) of its own: Erlang would start one for the whole machine and leave it behind.</summary>
internal sealed class LocalRabbitMq() : LocalServer("rabbitmq")
{
    private readonly int _mapperPort = FreePort.Take();
    private readonly int _distributionPort = FreePort.Take();
    private OwnedProcess? _mapper;

    // The program on PATH becomes the user rabbitmq, who may not write here.
    public static string? Binary => Executable.Find("epmd") is not null ? Executable.Find("rabbitmq-server", "/usr/lib/rabbitmq/bin") : null;

    protected override ProcessSpec Spec => Program(Binary!) with
    {
        Environment = new Dictionary<string, string>
        {
            ["HOME"] = Folder,
            ["ERL_EPMD_PORT"] = Text(_mapperPort),
            ["RABBITMQ_NODENAME"] = $"conformance{Port}@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = Text(Port),
            ["RABBITMQ_DIST_PORT"] = Text(_distributionPort),
            ["RABBITMQ_MNESIA_BASE"] = Data,
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(Folder, "plugins"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(Folder, "none"),
            // The script becomes the server, so that the pid is the server's.
            ["RUNNING_UNDER_SYSTEMD"] = "true",
        },
    };

    public override async Task StartAsync()
    {
        if (_mapper is null)
        {
            _mapper = OwnedProcess.Start(Program(Executable.Find("epmd")!, "-port", Text(_mapperPort), "-address", "127.0.0.1") with { LogFile = Path.Combine(Folder, "epmd.log") });
            Orphans.Add(_mapper);
        }

        await base.StartAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (_mapper is not null) await _mapper.DisposeAsync();
        await base.DisposeAsync();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
