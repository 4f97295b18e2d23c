using DaprShop.Shop.Docker;
using DaprShop.Shop.Networking;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Secrets;

namespace DaprShop.Shop.Servers;

/// <summary>
/// A container of the image in <c>compose.yaml</c>, with its own name, port and volume for this shop.
/// </summary>
internal sealed class DockerServerProvider(
    string service,
    ShopFolder shop,
    Func<(ProcessSpec Spec, int Port), string, PrivateServer> server
) : IServerProvider
{
    // A client that was killed leaves its container behind, which occupies the name. A client that is signalled while
    // the engine creates a container waits for it: the engine creates it anyway, and it would appear after everything
    // had been removed. SHOP_LOG is cleared so that OrphanedProcesses does not find and stop that client.
    private const string Replace = """
        trap 'exit 143' INT TERM
        container=$1 docker=$2; shift 2
        "$docker" rm --force "$container" >/dev/null 2>&1
        SHOP_LOG= "$docker" create "$@" >/dev/null || exit
        trap - INT TERM
        exec "$docker" start --attach "$container"
        """;

    public string Name => "docker";

    public required int DefaultPort { get; init; }

    /// <summary>The variable that passes the password to the image; the password is generated for this shop.</summary>
    public string? PasswordVariable { get; init; }

    /// <summary>Variables that depend on the port.</summary>
    public Func<int, Dictionary<string, string>> Environment { get; init; } = _ => [];

    /// <summary>The signal that stops the server; the client forwards it to the container.</summary>
    public ProcessSignal StopSignal { get; init; } = ProcessSignal.Terminate;

    public bool HasData => File.Exists(DockerEngine.MarkerOf(shop, service));

    public Task<string?> UnavailableReasonAsync(CancellationToken cancel) =>
        DockerEngine.UnavailableReasonAsync(shop, cancel);

    public async Task<PrivateServer> PrepareAsync(CancellationToken cancel)
    {
        var compose = ComposeService.Load(shop, service);
        await DockerEngine.PullAsync(shop, compose.Image, cancel);
        var marker = DockerEngine.MarkerOf(shop, service);
        Directory.CreateDirectory(Path.GetDirectoryName(marker)!);
        await File.WriteAllTextAsync(marker, "", cancel);
        var port = FreePort.Prefer(DefaultPort);
        var password = PrivateFile.Password(Path.Combine(shop.Data, service + ".docker.password"));
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
            // The values are passed through the client's environment: every user can read a command line.
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
