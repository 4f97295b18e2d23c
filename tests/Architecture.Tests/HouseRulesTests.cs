using System.Text.RegularExpressions;

namespace DaprShop.Architecture.Tests;

/// <summary>Habits that a machine can check.</summary>
public sealed partial class HouseRulesTests
{
    private static readonly string[] Areas = ["services", "platform", "tools", "tests"];

    [Fact]
    public void No_file_is_longer_than_300_lines() =>
        Areas.SelectMany(Sources.Files).Where(f => File.ReadLines(f).Count() > 300).Should().BeEmpty();

    [Fact]
    public void Half_of_the_files_have_45_lines_or_fewer()
    {
        var lengths = new[] { "services", "platform" }
            .SelectMany(Sources.Files)
            .Select(f => File.ReadLines(f).Count())
            .Order()
            .ToList();
        lengths[lengths.Count / 2].Should().BeLessThanOrEqualTo(45);
    }

    [Fact]
    public void A_Program_has_25_lines_at_most()
    {
        foreach (var service in Sources.Services)
            File.ReadLines(Path.Combine(Sources.Root, "services", service, "Program.cs"))
                .Count()
                .Should()
                .BeLessThanOrEqualTo(25, service);
    }

    [Fact]
    public void Nothing_is_left_for_later_in_the_code()
    {
        string[] words = ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception"];
        foreach (var file in Areas.SelectMany(Sources.Files))
            File.ReadAllText(file).Should().NotContainAny(words, file);
    }

    [Fact]
    public void Each_guard_names_a_test_that_is_there()
    {
        var tests = Sources
            .Files("tests")
            .ToLookup(
                f => Path.GetRelativePath(Path.Combine(Sources.Root, "tests"), f).Split(Path.DirectorySeparatorChar)[0],
                File.ReadAllText
            );
        var named = TestOfAGuard.Matches(File.ReadAllText(Path.Combine(Sources.Root, "docs", "guards.md")));
        named.Should().NotBeEmpty();
        named
            .Where(n =>
                !tests[n.Groups[1].Value]
                    .Any(t =>
                        t.Contains($"class {n.Groups[2].Value}", StringComparison.Ordinal)
                        && t.Contains($" {n.Groups[3].Value}(", StringComparison.Ordinal)
                    )
            )
            .Select(n => n.Value)
            .Distinct()
            .Should()
            .BeEmpty();
    }

    [GeneratedRegex(@"`(\w+\.Tests)`: (\w+)\.(\w+)")]
    private static partial Regex TestOfAGuard { get; }
}
