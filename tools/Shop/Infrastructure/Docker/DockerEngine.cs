using System.ComponentModel;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Infrastructure.Docker;

/// <summary>
/// The docker command. A file per container, made before it is started, remembers what there may be to remove, whoever was killed meanwhile.
/// </summary>
internal static class DockerEngine
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongPatience = TimeSpan.FromMinutes(10);

    public static string? Program => Executable.Find("docker");

    public static string ContainerOf(ShopFolder shop, string service) => $"daprshop-{shop.Mark}-{service}";

    public static string MarkerOf(ShopFolder shop, string service) => Path.Combine(shop.Data, "docker", service);

    /// <summary>Null when an engine answers, else why there is none.</summary>
    public static async Task<string?> ObstacleAsync(ShopFolder shop, CancellationToken cancel)
    {
        if (Program is null)
            return "there is no docker on PATH";
        if (!File.Exists(ComposeService.FileOf(shop)))
            return $"{ComposeService.FileOf(shop)} is missing, which names the images";
        var (exitCode, output) = await RunAsync(shop, Patience, cancel, "version", "--format", "{{.Server.Version}}");
        return exitCode == 0 ? null : $"docker has no engine to talk to: {LastLine(output)}";
    }

    /// <summary>Makes sure of the image, which may take minutes the first time.</summary>
    public static async Task PullAsync(ShopFolder shop, string image, CancellationToken cancel)
    {
        if ((await RunAsync(shop, Patience, cancel, "image", "inspect", image)).ExitCode == 0)
            return;
        var (exitCode, output) = await RunAsync(shop, LongPatience, cancel, "pull", "--quiet", image);
        if (exitCode != 0)
            throw new ShopException($"docker cannot get {image}: {LastLine(output)}");
    }

    /// <summary>Removes the shop's containers; their data stay.</summary>
    public static async Task RemoveAsync(ShopFolder shop)
    {
        foreach (var service in Known(shop))
            await RunAsync(shop, Patience, CancellationToken.None, "rm", "--force", ContainerOf(shop, service));
    }

    /// <summary>Deletes the data, too.</summary>
    public static async Task WipeAsync(ShopFolder shop)
    {
        foreach (var service in Known(shop))
            if (
                await RunAsync(
                    shop,
                    Patience,
                    CancellationToken.None,
                    "volume",
                    "rm",
                    "--force",
                    ContainerOf(shop, service)
                ) is
                (not 0, var output)
            )
                throw new ShopException(
                    $"docker did not delete the volume {ContainerOf(shop, service)}: {LastLine(output)}"
                );
    }

    private static IEnumerable<string> Known(ShopFolder shop) =>
        Directory.Exists(Path.GetDirectoryName(MarkerOf(shop, "any")))
            ? Directory
                .EnumerateFiles(Path.GetDirectoryName(MarkerOf(shop, "any"))!)
                .Select(file => Path.GetFileName(file))
                .ToList()
            : [];

    private static async Task<(int ExitCode, string Output)> RunAsync(
        ShopFolder shop,
        TimeSpan patience,
        CancellationToken cancel,
        params string[] arguments
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(patience);
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
            return (-1, $"no answer within {patience.TotalSeconds:0} s");
        }
    }

    private static string LastLine(string output) => output.Split('\n')[^1].Trim();
}
