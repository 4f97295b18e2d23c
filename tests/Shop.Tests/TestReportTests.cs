using DaprShop.Shop.Commands;

namespace DaprShop.Shop.Tests;

public sealed class TestReportTests
{
    [Fact]
    public void It_ends_with_each_failure_and_with_the_counts_on_one_line()
    {
        var report = new TestReport();
        foreach (
            var line in """
                Running tests from /shop/A.Tests.dll (net10.0|x64)
                failed A.Tests.Stock_is_kept (142ms)
                  from /shop/A.Tests.dll (net10.0|x64)
                  Xunit.XunitException: Expected 1,
                    but found 2
                    at FluentAssertions.Execution.Throw(String message)
                    at A.Tests.Stock_is_kept() in /shop/StockTests.cs:23
                skipped A.Tests.Dapr_is_there (0ms)
                  no Dapr
                failed A.Tests.Orders_are_kept(row: "(1)") (1s 3ms)
                  boom
                /shop/A.Tests.dll (net10.0|x64) failed with 2 error(s) (661ms)

                Test run summary: Failed!
                  total: 12
                  failed: 2
                  succeeded: 9
                  skipped: 1
                  duration: 3s 20ms
                """.ReplaceLineEndings("\n").Split('\n')
        )
            report.Read(line);

        report
            .ToString()
            .ReplaceLineEndings("\n")
            .Should()
            .Be(
                """
                failed A.Tests.Stock_is_kept (142ms)
                  from /shop/A.Tests.dll (net10.0|x64)
                  Xunit.XunitException: Expected 1,
                    but found 2
                    at A.Tests.Stock_is_kept() in /shop/StockTests.cs:23
                failed A.Tests.Orders_are_kept(row: "(1)") (1s 3ms)
                  boom
                9 passed, 2 failed, 1 skipped
                """.ReplaceLineEndings("\n")
            );
    }
}
