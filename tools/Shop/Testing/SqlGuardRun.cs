using System.Diagnostics;
using System.Text.RegularExpressions;

namespace DaprShop.Shop.Testing;

/// <summary>
/// Takes each guard in SQL out of a copy of the checkout, builds its test project and expects the named test to fail.
/// Running it first with all guards in place shows that the tests pass then. A test that fails because the statement
/// became invalid SQL says nothing about the guard, so that is no success.
/// </summary>
/// <param name="shop">The checkout; it is copied, not changed.</param>
internal sealed partial class SqlGuardRun(ShopFolder shop)
{
    /// <summary>Where the tests' PostgreSQL logs the SQLSTATE of each statement that failed.</summary>
    private const string LogVariable = "SHOP_TEST_POSTGRES_LOG";

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
        using var copy = await CheckoutCopy.CreateAsync(shop, cancel);
        var results = new List<TestResult>();
        foreach (var project in guards.GroupBy(g => g.Project))
        {
            await BuildAsync(copy, project.Key, restore: true, cancel);
            var unchanged = await RunUnchangedAsync(copy, project.Key, project, cancel);
            foreach (var guard in project)
            {
                var result = await CheckAsync(copy, guard, unchanged, cancel);
                Console.WriteLine($"{(result.Status == TestStatus.Passed ? "red" : "NOT RED"), 8}  {guard.Guard}");
                results.Add(result);
            }
        }

        return results;
    }

    /// <summary>Runs the tests of a project with all guards in place.</summary>
    private static async Task<Unchanged> RunUnchangedAsync(
        CheckoutCopy copy,
        string project,
        IEnumerable<SqlGuard> guards,
        CancellationToken cancel
    )
    {
        var methods = guards.Select(g => g.Method).Distinct(StringComparer.Ordinal).ToList();
        var all = await TestAsync(copy, project, methods, cancel);
        var failing = new HashSet<string>(StringComparer.Ordinal);
        if (!all.Passes)
            foreach (var method in methods)
                if (!(await TestAsync(copy, project, [method], cancel)).Passes)
                    failing.Add(method);
        return new Unchanged(failing, all.InvalidStatements);
    }

    private static async Task<TestResult> CheckAsync(
        CheckoutCopy copy,
        SqlGuard guard,
        Unchanged unchanged,
        CancellationToken cancel
    )
    {
        var started = Stopwatch.GetTimestamp();
        var path = Path.Combine(copy.Folder, guard.File);
        var original = await File.ReadAllTextAsync(path, cancel);
        string? trouble;
        try
        {
            trouble = unchanged.Failing.Contains(guard.Method)
                ? $"{guard.Test} does not exist or fails with the guard in place"
                : null;
            if (trouble is null)
            {
                await File.WriteAllTextAsync(path, guard.TakeOut(original), cancel);
                await BuildAsync(copy, guard.Project, restore: false, cancel);
                var run = await TestAsync(copy, guard.Project, [guard.Method], cancel);
                trouble =
                    run.Passes ? $"{guard.Test} passes without it"
                    : run.InvalidStatements.Except(unchanged.InvalidStatements).FirstOrDefault() is { } invalid
                        ? $"The statement became invalid: {invalid}"
                    : null;
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

    private static async Task BuildAsync(CheckoutCopy copy, string project, bool restore, CancellationToken cancel)
    {
        // Analyzers say nothing about SQL and take most of the time.
        List<string> arguments = ["-c", "Release", "-v", "q", "-nologo", "-p:RunAnalyzers=false"];
        if (!restore)
            arguments.Add("--no-restore");
        var build = await copy.RunAsync("", "dotnet", ["build", $"tests/{project}", .. arguments], BuildLimit, cancel);
        if (build.ExitCode != 0)
            throw new ShopException($"{project} does not build: {build.Output}");
    }

    private static async Task<TestRun> TestAsync(
        CheckoutCopy copy,
        string project,
        IReadOnlyList<string> methods,
        CancellationToken cancel
    )
    {
        var log = Path.Combine(copy.Folder, "artifacts", "postgres.log");
        File.Delete(log);
        var test = await copy.RunAsync(
            "",
            "dotnet",
            [
                TestJobs.ProgramOf(copy.Folder, project),
                "-noLogo",
                "-noColor",
                .. methods.SelectMany(m => new[] { "-method", $"*.{m}" }),
            ],
            // A test that hangs without its guard has noticed it.
            TestLimit * methods.Count,
            cancel,
            (LogVariable, log)
        );
        // A worker may have caught the error that made its test fail, so the server's log counts, too.
        var output = File.Exists(log) ? test.Output + await File.ReadAllTextAsync(log, cancel) : test.Output;
        return new TestRun(
            test.ExitCode == 0 && !test.Output.Contains("Total: 0", StringComparison.Ordinal),
            [.. InvalidStatement().Matches(output).Select(m => m.Value.Trim()).Distinct(StringComparer.Ordinal)]
        );
    }

    /// <summary>
    /// An error for a statement that PostgreSQL could not parse, in a log or in an exception's text. 42501 is not among
    /// them: a lacking right is what tests of grants expect.
    /// </summary>
    [GeneratedRegex(@"\b(?:42601|42[78]\d\d|42P\d\d|08P01)(?: ERROR)?: .*")]
    private static partial Regex InvalidStatement();

    /// <summary>A run of tests.</summary>
    /// <param name="Passes">Whether every one of the tests ran, and all passed.</param>
    /// <param name="InvalidStatements">The errors of statements that are not valid SQL.</param>
    private sealed record TestRun(bool Passes, IReadOnlyList<string> InvalidStatements);

    /// <summary>What the tests of a project do with all guards in place.</summary>
    /// <param name="Failing">The tests that fail: none, as a rule.</param>
    /// <param name="InvalidStatements">
    /// The errors of invalid statements that occur nevertheless, for example of a query before the first migration.
    /// </param>
    private sealed record Unchanged(IReadOnlySet<string> Failing, IReadOnlyList<string> InvalidStatements);
}
