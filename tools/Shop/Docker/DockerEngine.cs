using System.ComponentModel;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Docker;

/// <summary>
/// The docker command. A marker file per container, written before the container is started, lists what there may be to
/// remove, even after the shop was killed.
/// </summary>
internal static class DockerEngine
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PullTimeout = TimeSpan.FromMinutes(10);

    public static string? Program => Executable.Find("docker");

    public static string ContainerOf(ShopFolder shop, string service) => $"daprshop-{shop.Id}-{service}";

    public static string MarkerOf(ShopFolder shop, string service) => Path.Combine(shop.Data, "docker", service);

    /// <summary>Null when Docker is usable, else the reason why not.</summary>
    public static async Task<string?> UnavailableReasonAsync(ShopFolder shop, CancellationToken cancel)
    {
        if (Program is null)
            return "there is no docker on PATH";
        if (!File.Exists(ComposeService.FileOf(shop)))
            return $"{ComposeService.FileOf(shop)}, which names the images, is missing";
        var (exitCode, output) = await RunAsync(
            shop,
            CommandTimeout,
            cancel,
            "version",
            "--format",
            "{{.Server.Version}}"
        );
        return exitCode == 0 ? null : $"the Docker engine does not answer: {LastLine(output)}";
    }

    /// <summary>Downloads the image unless it is present; that may take minutes.</summary>
    public static async Task PullAsync(ShopFolder shop, string image, CancellationToken cancel)
    {
        if ((await RunAsync(shop, CommandTimeout, cancel, "image", "inspect", image)).ExitCode == 0)
            return;
        var (exitCode, output) = await RunAsync(shop, PullTimeout, cancel, "pull", "--quiet", image);
        if (exitCode != 0)
            throw new ShopException($"docker cannot pull {image}: {LastLine(output)}");
    }

    /// <summary>Removes the shop's containers and keeps their volumes.</summary>
    public static async Task RemoveAsync(ShopFolder shop)
    {
        foreach (var service in MarkedServices(shop))
            await RunAsync(shop, CommandTimeout, CancellationToken.None, "rm", "--force", ContainerOf(shop, service));
    }

    /// <summary>Deletes the volumes of the shop's containers.</summary>
    public static async Task WipeAsync(ShopFolder shop)
    {
        foreach (var service in MarkedServices(shop))
            if (
                await RunAsync(
                    shop,
                    CommandTimeout,
                    CancellationToken.None,
                    "volume",
                    "rm",
                    "--force",
                    ContainerOf(shop, service)
                ) is
                (not 0, var output)
            )
                throw new ShopException(
                    $"docker could not delete the volume {ContainerOf(shop, service)}: {LastLine(output)}"
                );
    }

    private static IEnumerable<string> MarkedServices(ShopFolder shop) =>
        Directory.Exists(Path.GetDirectoryName(MarkerOf(shop, "any")))
            ? Directory
                .EnumerateFiles(Path.GetDirectoryName(MarkerOf(shop, "any"))!)
                .Select(file => Path.GetFileName(file))
                .ToList()
            : [];

    private static async Task<(int ExitCode, string Output)> RunAsync(
        ShopFolder shop,
        TimeSpan timeout,
        CancellationToken cancel,
        params string[] arguments
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(timeout);
        try
        {
            return await Launch.RunAsync(
                new ProcessSpec("docker", "docker", arguments) { WorkingDirectory = shop.Root, LogFile = "" },
                limit.Token
            );
        }
        catch (Win32Exception missing)
        {
            return (-1, missing.Message);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (-1, $"no answer within {timeout.TotalSeconds:0} s");
        }
    }

    private static string LastLine(string output) => output.Split('\n')[^1].Trim();
}
