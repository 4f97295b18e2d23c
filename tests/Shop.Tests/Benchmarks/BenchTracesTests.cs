using DaprShop.Shop.Bench;

namespace DaprShop.Shop.Tests.Benchmarks;

public sealed class BenchTracesTests
{
    [Fact]
    public void A_shop_that_only_benchmarks_have_used_is_measured_again()
    {
        var check = () => BenchTraces.Check(new ShopContents(0, 0, BenchItems: 200, BenchOrders: 30_000), false);
        check.Should().NotThrow();
    }

    [Theory]
    [InlineData(1, 0, "it has 1 item and 0 orders")]
    [InlineData(1_200, 1, "it has 1,200 items and 1 order")]
    [InlineData(0, 1, "it has 0 items and 1 order")]
    public void A_shop_in_use_is_measured_only_if_what_stays_is_accepted(long items, long orders, string counts)
    {
        var shop = new ShopContents(items, orders, 0, 0);
        var check = () => BenchTraces.Check(shop, isAccepted: false);
        check.Should().Throw<ShopException>().WithMessage($"*{counts}*up to 30,000 orders*`--here`*");
        var accepted = () => BenchTraces.Check(shop, isAccepted: true);
        accepted.Should().NotThrow();
    }

    [Fact]
    public void What_stays_is_counted()
    {
        BenchTraces
            .Describe(new ShopContents(3, 4, BenchItems: 200, BenchOrders: 12_345))
            .Should()
            .StartWith("This shop now has 200 items (BENCH-…) and 12,345 orders of benchmarks.");
    }
}
