using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace DaprShop.Shop.Testing;

/// <summary>
/// A guard in SQL (a constraint, a grant, a lock, a condition of a statement) and the test that fails without it. Mutation
/// testing of C# does not see it, so it is listed in <c>tests/sql-guards.yaml</c> and taken out by <c>./shop test --all</c>.
/// </summary>
internal sealed record SqlGuard
{
    /// <summary>What the guard is for, in a few words.</summary>
    public required string Guard { get; init; }

    /// <summary>The source file, relative to the checkout.</summary>
    public required string File { get; init; }

    /// <summary>The text to take out; it occurs exactly once in the file.</summary>
    public required string Take { get; init; }

    /// <summary>The text to put in its place.</summary>
    public string Put { get; init; } = "";

    /// <summary>The test: <c>Project: Class.Method</c>.</summary>
    public required string Test { get; init; }

    /// <summary>The test's project, for example <c>Orders.Tests</c>.</summary>
    [YamlIgnore]
    public string Project => Test.Split(": ")[0];

    /// <summary>The test's class and method.</summary>
    [YamlIgnore]
    public string Method => Test.Split(": ")[1];

    /// <summary>The guards listed in the checkout at <paramref name="root"/>.</summary>
    public static IReadOnlyList<SqlGuard> Read(string root)
    {
        using var reader = System.IO.File.OpenText(Path.Combine(root, "tests", "sql-guards.yaml"));
        return new DeserializerBuilder()
            .WithNamingConvention(CamelCaseNamingConvention.Instance)
            .Build()
            .Deserialize<List<SqlGuard>>(reader);
    }

    /// <summary>The file's text without the guard.</summary>
    /// <exception cref="ShopException">The guard's text does not occur exactly once.</exception>
    public string TakeOut(string text)
    {
        var first = text.IndexOf(Take, StringComparison.Ordinal);
        if (first < 0 || text.IndexOf(Take, first + 1, StringComparison.Ordinal) >= 0)
            throw new ShopException($"{File} does not contain this guard's text exactly once: {Guard}.");
        return string.Concat(text.AsSpan(0, first), Put, text.AsSpan(first + Take.Length));
    }
}
