namespace DaprShop.Architecture.Tests;

/// <summary>Conventions of the source text.</summary>
public sealed class ConventionTests
{
    private static readonly string[] Areas = ["services", "platform", "tools", "tests"];

    [Fact]
    public void No_work_is_left_for_later()
    {
        string[] words = ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception"];
        foreach (var file in Areas.SelectMany(Sources.Files))
            File.ReadAllText(file).Should().NotContainAny(words, file);
    }
}
