using DaprShop.Shop.Testing;

namespace DaprShop.Shop.Tests;

/// <summary>The list of guards in SQL agrees with the source: each can be taken out, and its test exists.</summary>
public sealed class SqlGuardTests
{
    private static readonly string Root = ShopFolder.Find().Root;

    public static TheoryData<string> Guards => [.. SqlGuard.Read(Root).Select(g => g.Guard)];

    [Theory]
    [MemberData(nameof(Guards))]
    public void A_guard_occurs_once_in_its_file_and_names_a_test_that_exists(string name)
    {
        var guard = SqlGuard.Read(Root).Single(g => g.Guard == name);
        var text = File.ReadAllText(Path.Combine(Root, guard.File));

        guard.TakeOut(text).Should().NotBe(text);
        var (type, method) = (guard.Method.Split('.')[0], guard.Method.Split('.')[1]);
        Directory
            .EnumerateFiles(Path.Combine(Root, "tests", guard.Project), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText)
            .Should()
            .Contain(t =>
                t.Contains($"class {type}", StringComparison.Ordinal)
                && t.Contains($" {method}(", StringComparison.Ordinal)
            );
    }
}
