using System.Xml.Linq;
using DaprShop.Shop.Testing;

namespace DaprShop.Shop.Tests;

public sealed class TestReportTests
{
    private const string ResultFile = """
        <assemblies>
          <assembly>
            <collection>
              <test name="A.Tests.StockTests.Stock_is_kept" type="A.Tests.StockTests" time="0.142" result="Fail">
                <failure exception-type="Xunit.XunitException">
                  <message>Expected 1,
        but found 2</message>
                  <stack-trace>   at FluentAssertions.Execution.Throw(String message)
           at A.Tests.StockTests.Stock_is_kept() in /shop/StockTests.cs:line 23</stack-trace>
                </failure>
              </test>
              <test name="A.Tests.DaprTests.Dapr_is_there" type="A.Tests.DaprTests" time="0" result="Skip">
                <reason>no Dapr</reason>
              </test>
              <test name="A.Tests.DaprTests.Dapr_is_fast" type="A.Tests.DaprTests" time="0" result="NotRun" />
              <test name="A.Tests.OrderTests.Orders_are_kept" type="A.Tests.OrderTests" time="1.5" result="Pass" />
            </collection>
            <errors>
              <error type="assembly-cleanup" name="A.Tests">
                <failure><message>boom</message></failure>
              </error>
            </errors>
          </assembly>
        </assemblies>
        """;

    [Fact]
    public void The_report_ends_with_each_failure_and_with_the_counts_on_one_line()
    {
        var results = TestResults.Parse("A.Tests", XDocument.Parse(ResultFile));

        TestReport
            .Of(results)
            .ReplaceLineEndings("\n")
            .Should()
            .EndWith(
                """
                skipped A.Tests.DaprTests.Dapr_is_there: no Dapr
                failed A.Tests.StockTests.Stock_is_kept (A.Tests, 0.1 s)
                  Expected 1,
                  but found 2
                  at A.Tests.StockTests.Stock_is_kept() in /shop/StockTests.cs:line 23
                failed assembly-cleanup A.Tests (A.Tests, 0.0 s)
                  boom
                1 passed, 2 failed, 1 skipped
                """.ReplaceLineEndings("\n")
            );
    }

    [Fact]
    public void The_slowest_class_and_the_slowest_test_are_listed_first()
    {
        var lines = TestReport
            .Of(TestResults.Parse("A.Tests", XDocument.Parse(ResultFile)))
            .ReplaceLineEndings("\n")
            .Split('\n');

        lines[1].Should().Be("       2 s  OrderTests (A.Tests)");
        lines[Array.IndexOf(lines, "Slowest tests:") + 1].Should().EndWith("A.Tests.OrderTests.Orders_are_kept");
    }
}
