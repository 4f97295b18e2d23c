namespace DaprShop.Shop.Testing;

/// <summary>One run of one test program: a whole project, or some classes of it.</summary>
/// <param name="Name">As printed.</param>
/// <param name="Program">The test assembly (a .dll).</param>
/// <param name="Arguments">Filters for the xunit runner.</param>
internal sealed record TestJob(string Name, string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Added to the environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The job starts shops, whose ports are fixed: it runs in a network namespace of its own or, where the system has
    /// none, never beside another such job.
    /// </summary>
    public bool StartsShops { get; init; }

    /// <summary>The job measures: it runs after all others, and nothing runs beside it.</summary>
    public bool Alone { get; init; }

    /// <summary>The name as a file name.</summary>
    public string FileName => Name.Replace(", ", "-").Replace(' ', '-');
}
