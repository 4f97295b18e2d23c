using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DaprShop.Shop.Testing;

/// <summary>
/// Mutation testing of the pure rules: Stryker.NET changes each <c>*Rules</c> of a service in a copy of the checkout and
/// expects tests/Rules.Tests to fail. The configuration is <c>tests/Rules.Tests/stryker-config.json</c>.
/// </summary>
/// <param name="shop">The checkout; it is copied, not changed.</param>
internal sealed class MutationRun(ShopFolder shop)
{
    private const string TestFolder = "tests/Rules.Tests";

    /// <summary>Percent of the property tests' samples: they run for each mutant.</summary>
    private const string Samples = "2";
    private static readonly TimeSpan RestoreLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ServiceLimit = TimeSpan.FromMinutes(40);

    /// <summary>The services whose rules are mutated.</summary>
    public static readonly IReadOnlyList<string> Services = ["Orders", "Inventory", "Payments", "History", "Gateway"];

    /// <summary>The service of a slice: another one each day.</summary>
    public static string Of(DateOnly slice) => Services[slice.DayNumber % Services.Count];

    /// <summary>Mutates the rules of <paramref name="services"/> and writes <c>artifacts/tests/mutation.md</c>.</summary>
    /// <returns>
    /// A result per service: failed when its score is below the configuration's threshold <c>break</c>, or when Stryker
    /// ended otherwise.
    /// </returns>
    public async Task<IReadOnlyList<TestResult>> RunAsync(IReadOnlyList<string> services, CancellationToken cancel)
    {
        using var copy = await CheckoutCopy.CreateAsync(shop, cancel);
        var (code, output) = await copy.RunAsync("", "dotnet", ["tool", "restore"], RestoreLimit, cancel);
        if (code != 0)
            throw new ShopException($"Stryker.NET cannot be installed: {output}");
        var results = new List<TestResult>();
        var mutants = new Dictionary<string, IReadOnlyList<Mutant>>();
        foreach (var service in services)
        {
            var started = Stopwatch.GetTimestamp();
            var reports = Path.Combine(copy.Folder, "artifacts", "mutation", service);
            (code, output) = await copy.RunAsync(
                TestFolder,
                "dotnet",
                ["stryker", "--project", $"{service}.csproj", "--output", reports],
                ServiceLimit,
                cancel,
                ("PROPERTY_SAMPLES", Samples)
            );
            var report = new FileInfo(Path.Combine(reports, "reports", "mutation-report.json"));
            if (report.Exists)
                mutants[service] = Mutant.Parse(await File.ReadAllTextAsync(report.FullName, cancel));
            var duration = Stopwatch.GetElapsedTime(started);
            results.Add(
                new TestResult(
                    "mutation",
                    "Mutation",
                    service,
                    code == 0 ? TestStatus.Passed : TestStatus.Failed,
                    duration,
                    code == 0 ? null
                        : report.Exists ? $"The score is too low:\n{Describe(service, mutants[service])}"
                        : output
                )
            );
            Console.WriteLine(
                mutants.TryGetValue(service, out var tested)
                    ? $"{Score(tested)} of the mutants of {service}'s rules detected ({duration.TotalMinutes:0.0} minutes)."
                    : $"Stryker.NET wrote no report about {service}."
            );
        }

        await WriteAsync(mutants, cancel);
        return results;
    }

    private async Task WriteAsync(Dictionary<string, IReadOnlyList<Mutant>> mutants, CancellationToken cancel)
    {
        var page = new StringBuilder("| service | mutants | detected | score |\n| --- | --- | --- | --- |\n");
        foreach (var (service, tested) in mutants)
            page.Append(
                    CultureInfo.InvariantCulture,
                    $"| {service} | {tested.Count(m => m.IsDetected || m.IsUndetected)} |"
                )
                .Append(CultureInfo.InvariantCulture, $" {tested.Count(m => m.IsDetected)} | {Score(tested)} |\n");
        foreach (var (service, tested) in mutants)
            page.Append('\n').Append(Describe(service, tested));
        var file = Path.Combine(shop.Root, "artifacts", "tests", "mutation.md");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, page.ToString(), cancel);
    }

    private static string Score(IReadOnlyList<Mutant> mutants)
    {
        var tested = mutants.Count(m => m.IsDetected || m.IsUndetected);
        var score = tested == 0 ? 1 : (double)mutants.Count(m => m.IsDetected) / tested;
        return score.ToString("P1", CultureInfo.InvariantCulture);
    }

    private static string Describe(string service, IReadOnlyList<Mutant> mutants)
    {
        var page = new StringBuilder($"### {service}: mutants that no test notices\n\n| line | change | to |\n");
        page.Append("| --- | --- | --- |\n");
        foreach (var mutant in mutants.Where(m => m.IsUndetected))
            page.Append(CultureInfo.InvariantCulture, $"| {mutant.File}:{mutant.Line} | {mutant.Mutation} |")
                .Append(
                    CultureInfo.InvariantCulture,
                    $" `{mutant.Replacement.Replace("|", "\\|", StringComparison.Ordinal)}` |\n"
                );
        return page.ToString();
    }
}
