using DaprShop.Orders.Placing;

namespace DaprShop.Rules.Tests.Orders;

/// <summary>The validation of orders.</summary>
public sealed class OrderValidationRulesTests
{
    [Fact]
    public void All_errors_of_a_request_are_reported_at_once()
    {
        var request = new OrderRequest(
            [new("", 0), new("cup", OrderValidationRules.MaxQuantity + 1, 1m), null!],
            new RequestedPayment(""),
            "ignore",
            "bob"
        );
        OrderValidationRules
            .Validate(request, byOperator: false)
            .Select(c => c.Field)
            .Should()
            .Equal(
                "/lines/0/sku",
                "/lines/0/quantity",
                "/lines/1/quantity",
                "/lines/1/unitPrice",
                "/lines/2",
                "/payment/token",
                "/onShortage",
                "/customer"
            );
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(OrderValidationRules.MaxLines, true)]
    [InlineData(OrderValidationRules.MaxLines + 1, false)]
    public void An_order_has_as_many_lines_as_are_allowed(int lines, bool allowed)
    {
        var request = new OrderRequest(
            [.. Enumerable.Repeat(new RequestedLine("cup", 1), lines)],
            new RequestedPayment("tok_ok")
        );
        OrderValidationRules
            .Validate(request, byOperator: true)
            .Select(c => c.Field)
            .Should()
            .Equal(allowed ? [] : ["/lines"]);
    }

    [Theory]
    [InlineData("0", true)]
    [InlineData("1000000", true)]
    [InlineData("0.0001", true)]
    [InlineData("-0.01", false)]
    [InlineData("1000000.01", false)]
    [InlineData("0.00001", false)]
    public void A_named_price_is_in_range_and_has_four_decimals_at_most(string price, bool allowed)
    {
        var line = new RequestedLine("cup", 1, decimal.Parse(price, System.Globalization.CultureInfo.InvariantCulture));
        OrderValidationRules
            .Validate(new OrderRequest([line], new RequestedPayment("tok_ok")), byOperator: true)
            .Select(c => c.Field)
            .Should()
            .Equal(allowed ? [] : ["/lines/0/unitPrice"]);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void A_sku_is_as_long_as_Inventory_allows(int length, bool allowed) =>
        OrderValidationRules
            .Validate(
                new OrderRequest([new(new string('s', length), 1)], new RequestedPayment("tok_ok")),
                byOperator: false
            )
            .Select(c => c.Field)
            .Should()
            .Equal(allowed ? [] : ["/lines/0/sku"]);

    [Fact]
    public void Only_an_operator_may_name_a_price_or_a_customer()
    {
        var request = new OrderRequest([new("cup", 1, 1.5m)], new RequestedPayment("tok_ok"), Customer: "bob");
        OrderValidationRules.Validate(request, byOperator: true).Should().BeEmpty();
        OrderValidationRules.Validate(request, byOperator: false).Should().HaveCount(2);
    }
}
