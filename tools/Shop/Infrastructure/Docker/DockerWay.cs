using DaprShop.Shop.Infrastructure.Servers;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Infrastructure.Docker;

/// <summary>A container of the image in <c>compose.yaml</c>, with a name, a port and a volume of this shop's own.</summary>
internal sealed class DockerWay(
    string service,
    ShopFolder shop,
    Func<(ProcessSpec Spec, int Port), string, PrivateServer> server
) : IWay
{
    // The container of a client that was killed is still there, and has the name. Told to end while one is made, it waits: the engine makes it all the
    // same, and it would come into being after everything was removed. So that nobody else ends that client, it does not carry the mark of Strays.
    private const string Replace = """
        trap 'exit 143' INT TERM
        container=$1 docker=$2; shift 2
        "$docker" rm --force "$container" >/dev/null 2>&1
        SHOP_LOG= "$docker" create "$@" >/dev/null || exit
        trap - INT TERM
        exec "$docker" start --attach "$container"
        """;

    public string Name => "docker";

    public required int UsualPort { get; init; }

    /// <summary>The variable that tells the image its password; a new one is made up for this shop.</summary>
    public string? PasswordVariable { get; init; }

    /// <summary>What depends on the port.</summary>
    public Func<int, Dictionary<string, string>> Environment { get; init; } = _ => [];

    /// <summary>The client hands it on to the container.</summary>
    public Signal StopSignal { get; init; } = Signal.Terminate;

    public bool HasData => File.Exists(DockerEngine.MarkerOf(shop, service));

    public Task<string?> ObstacleAsync(CancellationToken cancel) => DockerEngine.ObstacleAsync(shop, cancel);

    public async Task<PrivateServer> PrepareAsync(CancellationToken cancel)
    {
        var compose = ComposeService.Load(shop, service);
        await DockerEngine.PullAsync(shop, compose.Image, cancel);
        var marker = DockerEngine.MarkerOf(shop, service);
        Directory.CreateDirectory(Path.GetDirectoryName(marker)!);
        await File.WriteAllTextAsync(marker, "", cancel);
        var port = FreePort.Prefer(UsualPort);
        var password = SecretFile.Password(Path.Combine(shop.Data, service + ".docker.password"));
        return server((Spec(compose, port, password), port), password);
    }

    private ProcessSpec Spec(ComposeService compose, int port, string password)
    {
        var environment = new Dictionary<string, string>(compose.Environment);
        foreach (var (name, value) in Environment(port))
            environment[name] = value;
        if (PasswordVariable is not null)
            environment[PasswordVariable] = password;
        var container = DockerEngine.ContainerOf(shop, service);
        string[] options =
        [
            "--rm",
            "--name",
            container,
            "--publish",
            $"127.0.0.1:{port}:{compose.Port}",
            "--volume",
            $"{container}:{compose.Data}",
            .. compose.HostName is { } host ? ["--hostname", host] : Array.Empty<string>(),
            .. compose.SharedMemory is { } memory ? ["--shm-size", memory] : Array.Empty<string>(),
            // Values are taken from the client's own environment: a command line can be read by everybody.
            .. environment.Keys.SelectMany(name => new[] { "--env", name }),
            compose.Image,
            .. compose.Command,
        ];
        return (
            OperatingSystem.IsWindows()
                ? new ProcessSpec(service, DockerEngine.Program!, ["run", .. options])
                {
                    WorkingDirectory = shop.Root,
                    LogFile = shop.LogOf(service),
                }
                : new ProcessSpec(
                    service,
                    "/bin/sh",
                    ["-c", Replace, "sh", container, DockerEngine.Program!, .. options]
                )
                {
                    WorkingDirectory = shop.Root,
                    LogFile = shop.LogOf(service),
                }
        ) with
        {
            Environment = environment,
            StopSignal = StopSignal,
            Grace = TimeSpan.FromSeconds(30),
        };
    }
}
