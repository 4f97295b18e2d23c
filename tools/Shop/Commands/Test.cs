using System.CommandLine;
using System.Diagnostics;
using DaprShop.Shop.Infrastructure;

namespace DaprShop.Shop.Commands;

/// <summary><c>shop test</c>: every test of the solution, and at the end what failed and one line with the counts alone on it, which CI reads.</summary>
internal static class Test
{
    public static Command Create()
    {
        var command = new Command("test", "Run all tests.");
        command.SetAction((_, cancel) => RunAsync(ShopFolder.Find(), cancel));
        return command;
    }

    private static async Task<int> RunAsync(ShopFolder shop, CancellationToken cancel)
    {
        // ./shop has just built everything; building again would replace the program that is running.
        var command = new ProcessStartInfo(
            "dotnet",
            ["test", "--solution", "DaprShop.sln", "-c", "Release", "--no-build"]
        )
        {
            WorkingDirectory = shop.Root,
            RedirectStandardOutput = true,
        };
        var started = TimeProvider.System.GetUtcNow().UtcDateTime;
        using var dotnet = Process.Start(command)!;
        var report = new TestReport();
        while (await dotnet.StandardOutput.ReadLineAsync(cancel) is { } line)
        {
            Console.WriteLine(line);
            report.Read(line);
        }
        await dotnet.WaitForExitAsync(cancel);
        // What the runtimes, brokers and stores can do; its tests' own output is not shown.
        if (
            new FileInfo(Path.Combine(shop.Root, "artifacts", "conformance.md")) is { Exists: true } table
            && table.LastWriteTimeUtc >= started
        )
            Console.WriteLine(await File.ReadAllTextAsync(table.FullName, cancel));
        Console.WriteLine(report);
        return dotnet.ExitCode;
    }
}
