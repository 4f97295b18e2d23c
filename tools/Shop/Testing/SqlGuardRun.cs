using System.Diagnostics;

namespace DaprShop.Shop.Testing;

/// <summary>
/// Takes each guard in SQL out of a copy of the checkout, builds its test project and expects the named test to fail.
/// Running it first with all guards in place shows that the tests pass then.
/// </summary>
/// <param name="shop">The checkout; it is copied, not changed.</param>
internal sealed class SqlGuardRun(ShopFolder shop)
{
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan TestLimit = TimeSpan.FromMinutes(2);

    /// <summary>Runs the guards whose text contains <paramref name="filter"/>; all when null.</summary>
    /// <returns>A result per guard: failed when its test passes without it.</returns>
    public async Task<IReadOnlyList<TestResult>> RunAsync(string? filter, CancellationToken cancel)
    {
        var guards = SqlGuard
            .Read(shop.Root)
            .Where(g =>
                filter is null || $"{g.Guard} {g.File} {g.Test}".Contains(filter, StringComparison.OrdinalIgnoreCase)
            )
            .ToList();
        var copy = Directory.CreateTempSubdirectory("daprshop-guards-").FullName;
        try
        {
            await CopyAsync(copy, cancel);
            var results = new List<TestResult>();
            foreach (var project in guards.GroupBy(g => g.Project))
            {
                await BuildAsync(copy, project.Key, restore: true, cancel);
                var failing = await FailingTestsAsync(copy, project.Key, project, cancel);
                foreach (var guard in project)
                {
                    var result = await CheckAsync(copy, guard, failing.Contains(guard.Method), cancel);
                    Console.WriteLine($"{(result.Status == TestStatus.Passed ? "red" : "NOT RED"), 8}  {guard.Guard}");
                    results.Add(result);
                }
            }

            return results;
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    /// <summary>The tests of a project that fail with all guards in place: none, as a rule.</summary>
    private static async Task<HashSet<string>> FailingTestsAsync(
        string copy,
        string project,
        IEnumerable<SqlGuard> guards,
        CancellationToken cancel
    )
    {
        var methods = guards.Select(g => g.Method).Distinct(StringComparer.Ordinal).ToList();
        var failing = new HashSet<string>(StringComparer.Ordinal);
        if (await PassesAsync(copy, project, methods, cancel))
            return failing;
        foreach (var method in methods)
            if (!await PassesAsync(copy, project, [method], cancel))
                failing.Add(method);
        return failing;
    }

    private static async Task<TestResult> CheckAsync(
        string copy,
        SqlGuard guard,
        bool failsAnyway,
        CancellationToken cancel
    )
    {
        var started = Stopwatch.GetTimestamp();
        var path = Path.Combine(copy, guard.File);
        var original = await File.ReadAllTextAsync(path, cancel);
        string? trouble;
        try
        {
            trouble = failsAnyway ? $"{guard.Test} does not exist or fails with the guard in place" : null;
            if (trouble is null)
            {
                await File.WriteAllTextAsync(path, guard.TakeOut(original), cancel);
                await BuildAsync(copy, guard.Project, restore: false, cancel);
                var passes = await PassesAsync(copy, guard.Project, [guard.Method], cancel);
                trouble = passes ? $"{guard.Test} passes without it" : null;
            }
        }
        catch (ShopException e)
        {
            trouble = e.Message;
        }
        finally
        {
            await File.WriteAllTextAsync(path, original, CancellationToken.None);
        }

        return new TestResult(
            "SQL guards",
            "SqlGuards",
            guard.Guard,
            trouble is null ? TestStatus.Passed : TestStatus.Failed,
            Stopwatch.GetElapsedTime(started),
            trouble
        );
    }

    private async Task CopyAsync(string copy, CancellationToken cancel)
    {
        // The files of the checkout as they are now, tracked or new, without what git ignores.
        var list = await RunAsync(
            shop.Root,
            "git",
            ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            BuildLimit,
            cancel
        );
        if (list.ExitCode != 0)
            throw new ShopException("The list of guards needs git and a checkout.");
        foreach (var file in list.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var source = Path.Combine(shop.Root, file);
            if (!File.Exists(source))
                continue;
            var target = Path.Combine(copy, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target);
        }
    }

    private static async Task BuildAsync(string copy, string project, bool restore, CancellationToken cancel)
    {
        // Analyzers say nothing about SQL and take most of the time.
        List<string> arguments = ["-c", "Release", "-v", "q", "-nologo", "-p:RunAnalyzers=false"];
        if (!restore)
            arguments.Add("--no-restore");
        var build = await RunAsync(copy, "dotnet", ["build", $"tests/{project}", .. arguments], BuildLimit, cancel);
        if (build.ExitCode != 0)
            throw new ShopException($"{project} does not build: {build.Output}");
    }

    /// <returns>True when every one of the tests ran, and all passed.</returns>
    private static async Task<bool> PassesAsync(
        string copy,
        string project,
        IReadOnlyList<string> methods,
        CancellationToken cancel
    )
    {
        var program = Path.Combine("artifacts", "bin", project, "release", $"DaprShop.{project}.dll");
        var test = await RunAsync(
            copy,
            "dotnet",
            [program, "-noLogo", "-noColor", .. methods.SelectMany(m => new[] { "-method", $"*.{m}" })],
            TestLimit * methods.Count,
            cancel
        );
        return test.ExitCode == 0 && !test.Output.Contains("Total: 0", StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(
        string folder,
        string program,
        string[] arguments,
        TimeSpan limit,
        CancellationToken cancel
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
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
            // A test that hangs without its guard has noticed it.
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
