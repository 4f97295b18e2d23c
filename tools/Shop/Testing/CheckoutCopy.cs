using System.Diagnostics;

namespace DaprShop.Shop.Testing;

/// <summary>A copy of the checkout that a run may change and build; it is deleted at the end.</summary>
internal sealed class CheckoutCopy : IDisposable
{
    /// <summary>The names of the copies' folders begin with it.</summary>
    internal const string Prefix = "daprshop-copy-";

    private static readonly TimeSpan ListLimit = TimeSpan.FromMinutes(1);

    private CheckoutCopy(string folder) => Folder = folder;

    /// <summary>The copy's root.</summary>
    public string Folder { get; }

    /// <summary>Copies the files as they are now, tracked or new, without those that git ignores.</summary>
    /// <exception cref="ShopException">Git or the repository is missing.</exception>
    public static async Task<CheckoutCopy> CreateAsync(ShopFolder shop, CancellationToken cancel)
    {
        var list = await RunInAsync(
            shop.Root,
            "git",
            ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            ListLimit,
            cancel
        );
        if (list.ExitCode != 0)
            throw new ShopException("This run copies the checkout, which needs git and a repository.");
        return Of(shop.Root, list.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Copies these files of a folder. Where one cannot be copied, nothing of the copy is left.</summary>
    internal static CheckoutCopy Of(string root, IEnumerable<string> files)
    {
        var copy = new CheckoutCopy(Directory.CreateTempSubdirectory(Prefix).FullName);
        try
        {
            foreach (var file in files)
            {
                var source = Path.Combine(root, file);
                if (!File.Exists(source))
                    continue;
                var target = Path.Combine(copy.Folder, file);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(source, target);
            }

            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    /// <summary>Runs a program in a folder of the copy. One that takes longer than the limit is killed.</summary>
    /// <param name="folder">Relative to the copy's root.</param>
    public Task<(int ExitCode, string Output)> RunAsync(
        string folder,
        string program,
        string[] arguments,
        TimeSpan limit,
        CancellationToken cancel,
        params (string Name, string Value)[] environment
    ) => RunInAsync(Path.Combine(Folder, folder), program, arguments, limit, cancel, environment);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static async Task<(int ExitCode, string Output)> RunInAsync(
        string folder,
        string program,
        string[] arguments,
        TimeSpan limit,
        CancellationToken cancel,
        params (string Name, string Value)[] environment
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(limit);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(cancel);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }

        return (process.ExitCode, await output + await errors);
    }
}
