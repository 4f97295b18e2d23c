namespace DaprShop.Shop.Testing;

/// <summary>
/// Divides the test projects into jobs that may run at the same time, the longest first, so that no long one is left
/// for the end.
/// </summary>
internal static class TestJobs
{
    private const string SystemTests = "System.Tests";
    private const string SystemNamespace = "DaprShop.SystemTests";

    /// <summary>The job whose tests bound a duration.</summary>
    private const string MeasuringJob = "live status, slow answers";
    private const string RuntimeVariable = "SHOP_TEST_RUNTIME";

    /// <summary>
    /// The jobs of System.Tests. Classes that share one running shop form one job per runtime. A class that is named
    /// nowhere here runs in the job "the rest", so that none is forgotten.
    /// </summary>
    public static readonly IReadOnlyList<(string Name, string[] Classes, string? Runtime)> SystemJobs =
    [
        ("crash matrix, dapr", ["CrashMatrix"], "dapr"),
        ("kills, dapr", ["KillTests"], "dapr"),
        (
            "one shop, dapr",
            [
                "PlacingTests",
                "PoisonedCacheTests",
                "WhyTests",
                "RebuildTests",
                "StockKillTests",
                "BulkTests",
                "CrowdTests",
                "FeaturePairTests",
                "OddRequestTests",
                "BenchTests",
            ],
            "dapr"
        ),
        ("brokers", ["BrokerTests"], null),
        ("cycles", ["CycleTests", "StatusTests"], null),
        (
            "one shop, embedded",
            [
                "WhyTests",
                "RebuildTests",
                "StockKillTests",
                "BulkTests",
                "CrowdTests",
                "FeaturePairTests",
                "OddRequestTests",
            ],
            "embedded"
        ),
        ("crash matrix, embedded", ["CrashMatrix"], "embedded"),
        ("kills, embedded", ["KillTests"], "embedded"),
        ("payments, dapr", ["PaymentTests"], "dapr"),
        ("payments, embedded", ["PaymentTests"], "embedded"),
        ("waitlist and imports", ["WaitlistTests", "ResumeTests", "ImportTests"], null),
        (MeasuringJob, ["LiveStatusTests", "SlowAnswerTests"], null),
        ("the rest", [], null),
    ];

    /// <summary>Projects by the time they take, the longest first; those not listed follow.</summary>
    private static readonly string[] LongestProjects =
    [
        "Conformance",
        "EmbeddedDapr.Tests",
        "Shop.Tests",
        "Orders.Tests",
        "Inventory.Tests",
        "Gateway.Tests",
        "Audit.Tests",
        "Workflow.Tests",
    ];

    /// <summary>The jobs to run.</summary>
    /// <param name="shop">The checkout, built in Release.</param>
    /// <param name="filter">Part of the name of a project, class or method; null runs all.</param>
    public static IReadOnlyList<TestJob> Of(ShopFolder shop, string? filter)
    {
        var jobs = new List<TestJob>();
        foreach (var project in Projects(shop).OrderBy(Rank))
        {
            var arguments = Filter(shop, project, filter);
            if (arguments is null)
                continue;
            var program = ProgramOf(shop.Root, project);
            if (project == SystemTests)
                jobs.InsertRange(0, SystemJobs.Select(job => OfSystem(job, program, arguments)));
            else
                jobs.Add(new TestJob(project, program, arguments));
        }

        // Conformance waits most of its time: it starts among the first.
        var conformance = jobs.FindIndex(job => job.Name == "Conformance");
        if (conformance > 1)
        {
            var job = jobs[conformance];
            jobs.RemoveAt(conformance);
            jobs.Insert(1, job);
        }

        return jobs;
    }

    private static TestJob OfSystem(
        (string Name, string[] Classes, string? Runtime) job,
        string program,
        IReadOnlyList<string> arguments
    )
    {
        string[] classes =
            job.Classes.Length > 0
                ? [.. job.Classes.SelectMany(name => new[] { "-class", $"{SystemNamespace}.{name}" })]
                :
                [
                    .. SystemJobs
                        .SelectMany(j => j.Classes)
                        .Distinct()
                        .SelectMany(name => new[] { "-class-", $"{SystemNamespace}.{name}" }),
                ];
        return new TestJob($"{SystemTests}, {job.Name}", program, [.. classes, .. arguments])
        {
            StartsShops = true,
            Alone = job.Name == MeasuringJob,
            Environment = job.Runtime is null
                ? new Dictionary<string, string>()
                : new Dictionary<string, string> { [RuntimeVariable] = job.Runtime },
        };
    }

    private static IEnumerable<string> Projects(ShopFolder shop) =>
        Directory
            .EnumerateDirectories(Path.Combine(shop.Root, "tests"))
            .Select(folder => Path.GetFileName(folder))
            .Where(name =>
                (name.EndsWith(".Tests", StringComparison.Ordinal) || name == "Conformance")
                && File.Exists(Path.Combine(shop.Root, "tests", name, name + ".csproj"))
            )
            .Order(StringComparer.Ordinal);

    private static int Rank(string project) =>
        Array.IndexOf(LongestProjects, project) is >= 0 and var index ? index : LongestProjects.Length;

    /// <summary>A test project's program in the checkout at <paramref name="root"/>, built or not.</summary>
    public static string ProgramOf(string root, string project)
    {
        var folder = Path.Combine(root, "artifacts", "bin", project, "release");
        string[] candidates = [Path.Combine(folder, $"DaprShop.{project}.dll"), Path.Combine(folder, $"{project}.dll")];
        return candidates.FirstOrDefault(File.Exists) ?? candidates[0];
    }

    /// <summary>The arguments that select what matches; null where nothing in the project can match.</summary>
    private static string[]? Filter(ShopFolder shop, string project, string? filter)
    {
        if (filter is null || project.Contains(filter, StringComparison.OrdinalIgnoreCase))
            return [];
        var name = filter.Replace(' ', '_');
        return Directory
            .EnumerateFiles(Path.Combine(shop.Root, "tests", project), "*.cs", SearchOption.AllDirectories)
            .Any(file => File.ReadAllText(file).Contains(name, StringComparison.OrdinalIgnoreCase))
            ? ["-method", $"*{name}*"]
            : null;
    }
}
