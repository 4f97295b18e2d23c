using DaprShop.Shop.Commands;

namespace DaprShop.Shop.Tests;

public sealed class TestCountsTests
{
    [Fact]
    public void The_counts_of_the_summary_end_up_on_one_line()
    {
        var counts = new TestCounts();
        foreach (var line in new[] { "Test run summary: Failed!", "  total: 12", "  failed: 1", "  succeeded: 9", "  skipped: 2", "  duration: 3s 20ms" })
            counts.Read(line);

        counts.ToString().Should().Be("9 passed, 1 failed, 2 skipped");
    }
}
