using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using DaprShop.Shop.Testing;

namespace DaprShop.Shop.Commands;

/// <summary>
/// <c>shop test</c>: the tests of the solution, several jobs at a time; at the end what failed, and one line with the
/// counts alone on it, which CI reads.
/// </summary>
internal static class TestCommand
{
    private const string SliceVariable = "SHOP_TEST_SLICE";
    private const string DateFormat = "yyyy-MM-dd";
    private const string Full = "all";

    // A job that starts shops waits much of its time: one job more than there are processors keeps these busy.
    private const int LanesBeyondProcessors = 1;
    private const long MemoryPerLane = 3L << 30;

    /// <summary>Sizes of campaigns that do not ask for the slice themselves: of a slice, and full.</summary>
    private static readonly (string Variable, string Part, string Full)[] Sizes =
    [
        ("STOCK_STRESS_ORDERS", "2500", "10000"),
        ("ORDER_LIVES", "3", "30"),
        ("STOCK_SEQUENCES", "1000", "100000"),
    ];

    private static readonly TimeSpan SliceLimit = TimeSpan.FromMinutes(40);
    private static readonly TimeSpan FullLimit = TimeSpan.FromHours(4);

    public static Command Create()
    {
        var filter = new Argument<string?>("filter")
        {
            Description = "Part of the name of a project, a class or a method. Default: all tests.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var all = new Option<bool>("--all") { Description = "Run the campaigns at full size. Takes hours." };
        var slice = new Option<string?>("--slice")
        {
            Description = "Repeat the slices of the campaigns of that day (yyyy-MM-dd). Default: today's, in UTC.",
        };
        slice.Validators.Add(given =>
        {
            if (
                given.Tokens is [var token]
                && !DateOnly.TryParseExact(
                    token.Value,
                    DateFormat,
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.None,
                    out _
                )
            )
                given.AddError($"--slice is a day such as 2026-11-30: not '{token.Value}'.");
        });
        var guards = new Option<bool>("--guards")
        {
            Description = "Only take each guard of tests/sql-guards.yaml out and expect its test to fail.",
        };
        var mutants = new Option<bool>("--mutants")
        {
            Description = "Only change the pure rules of each service (filter: of one) and expect their tests to fail.",
        };
        var lanes = WholeNumber.Option("--lanes", "Jobs at a time. Default: by processors and memory.", least: 1);
        var command = new Command("test", "Run the tests.") { filter, all, slice, guards, mutants, lanes };
        command.SetAction(
            (given, cancel) =>
                given.GetValue(guards) ? RunGuardsAsync(ShopFolder.Find(), given.GetValue(filter), cancel)
                : given.GetValue(mutants) ? RunMutantsAsync(ShopFolder.Find(), given.GetValue(filter), cancel)
                : RunAsync(
                    ShopFolder.Find(),
                    given.GetValue(filter),
                    given.GetValue(all) ? Full : given.GetValue(slice) ?? Today(),
                    given.GetValue(lanes) ?? Lanes(),
                    cancel
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        ShopFolder shop,
        string? filter,
        string slice,
        int lanes,
        CancellationToken cancel
    )
    {
        var jobs = TestJobs.Of(shop, filter);
        if (jobs.Count == 0)
            throw new ShopException($"No test matches '{filter}'.");
        if (jobs.FirstOrDefault(job => !File.Exists(job.Program)) is { } missing)
            throw new ShopException($"{missing.Name} is not built: {missing.Program} is missing.");
        var obstacle = await NetworkNamespace.UnavailableReasonAsync(cancel);
        Console.WriteLine(
            slice == Full
                ? "Campaigns at full size."
                : $"Slices of {slice}: `./shop test --slice {slice}` repeats them."
        );
        Console.WriteLine(
            obstacle is null
                ? $"{jobs.Count} jobs, {lanes} at a time, each shop in a network namespace of its own."
                : $"{jobs.Count} jobs, {lanes} at a time, one shop at a time ({obstacle})."
        );
        Environment.SetEnvironmentVariable(SliceVariable, slice);
        foreach (var (name, part, full) in Sizes)
            if (Environment.GetEnvironmentVariable(name) is not { Length: > 0 })
                Environment.SetEnvironmentVariable(name, slice == Full ? full : part);
        var started = TimeProvider.System.GetUtcNow();
        var clock = Stopwatch.StartNew();
        using var runner = new TestRunner(shop, lanes, obstacle is null, slice == Full ? FullLimit : SliceLimit);
        var results = await runner.RunAsync(jobs, cancel);
        if (filter is null)
            results = [.. results, .. await RunGuardsAndMutantsAsync(shop, slice, cancel)];

        // The observed behaviour of runtimes, brokers and stores; the output of its tests is not shown.
        if (
            new FileInfo(Path.Combine(shop.Root, "artifacts", "conformance.md")) is { Exists: true } table
            && table.LastWriteTimeUtc >= started.UtcDateTime
        )
            Console.WriteLine(await File.ReadAllTextAsync(table.FullName, cancel));
        var report = TestReport.Of(results);
        var length = string.Create(
            CultureInfo.InvariantCulture,
            $"{started:yyyy-MM-dd HH:mm} UTC, {clock.Elapsed.TotalMinutes:0.0} minutes, {lanes} jobs at a time, "
                + $"{Environment.ProcessorCount} processors"
        );
        Console.WriteLine(length);
        Console.WriteLine(report);
        await File.WriteAllTextAsync(
            Path.Combine(runner.Folder, slice == Full ? "all.txt" : "summary.txt"),
            length + Environment.NewLine + report + Environment.NewLine,
            cancel
        );
        return results.Any(result => result.Status == TestStatus.Failed) ? 1 : 0;
    }

    /// <summary>Both change a copy of the checkout and build it: after the tests, which they would slow down.</summary>
    private static async Task<IEnumerable<TestResult>> RunGuardsAndMutantsAsync(
        ShopFolder shop,
        string slice,
        CancellationToken cancel
    )
    {
        var mutation = new MutationRun(shop);
        if (slice != Full)
            return await mutation.RunAsync(
                [MutationRun.Of(DateOnly.ParseExact(slice, DateFormat, CultureInfo.InvariantCulture))],
                cancel
            );
        var guards = await new SqlGuardRun(shop).RunAsync(null, cancel);
        return guards.Concat(await mutation.RunAsync(MutationRun.Services, cancel));
    }

    private static async Task<int> RunMutantsAsync(ShopFolder shop, string? filter, CancellationToken cancel)
    {
        var services = MutationRun
            .Services.Where(s => filter is null || s.Contains(filter, StringComparison.OrdinalIgnoreCase))
            .ToList();
        if (services.Count == 0)
            throw new ShopException($"No service matches '{filter}': {string.Join(", ", MutationRun.Services)}.");
        return Report(await new MutationRun(shop).RunAsync(services, cancel));
    }

    private static async Task<int> RunGuardsAsync(ShopFolder shop, string? filter, CancellationToken cancel)
    {
        return Report(await new SqlGuardRun(shop).RunAsync(filter, cancel));
    }

    private static int Report(IReadOnlyList<TestResult> results)
    {
        Console.WriteLine(TestReport.Of(results));
        return results.Any(result => result.Status == TestStatus.Failed) ? 1 : 0;
    }

    private static string Today() => TimeProvider.System.GetUtcNow().ToString(DateFormat, CultureInfo.InvariantCulture);

    private static int Lanes() =>
        (int)
            Math.Clamp(
                GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MemoryPerLane,
                1,
                Environment.ProcessorCount + LanesBeyondProcessors
            );
}
