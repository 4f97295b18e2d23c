using DaprShop.Orders.Model;
using DaprShop.Orders.Placing;
using DaprShop.ServiceDefaults;

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
            .Select(c => (c.Field, c.Detail))
            .Should()
            .Equal(
                ("/lines/0/sku", NameErrors.Of("", 64).Detail),
                ("/lines/0/quantity", "Must be 1 to 1000000."),
                ("/lines/1/quantity", "Must be 1 to 1000000."),
                ("/lines/1/unitPrice", "Only an operator may set a price."),
                ("/lines/2", "Must be an object with sku and quantity."),
                ("/payment/token", "Must have 1 to 100 characters."),
                ("/onShortage", $"Must be one of: {string.Join(", ", ShortagePolicies.Names)}."),
                ("/customer", "Only an operator may order for another customer.")
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
            .Should()
            .Equal(allowed ? [] : [new ValidationError("/lines", "Must have 1 to 2000 lines.")]);
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
            .Should()
            .Equal(
                allowed
                    ? []
                    : [new ValidationError("/lines/0/unitPrice", "Must be 0 to 1000000, with at most four decimals.")]
            );
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

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(OrderValidationRules.MaxTextLength, true)]
    [InlineData(OrderValidationRules.MaxTextLength + 1, false)]
    public void A_token_and_a_customers_name_are_as_long_as_is_allowed(int length, bool allowed)
    {
        var text = new string('t', length);
        OrderValidationRules
            .Validate(new OrderRequest([new("cup", 1)], new RequestedPayment(text), Customer: text), byOperator: true)
            .Should()
            .Equal(
                allowed
                    ? []
                    :
                    [
                        new ValidationError("/payment/token", "Must have 1 to 100 characters."),
                        NameErrors.Of("/customer", 100),
                    ]
            );
    }

    [Fact]
    public void As_many_units_of_a_SKU_as_are_allowed_are_allowed() =>
        OrderValidationRules
            .Validate(
                new OrderRequest([new("cup", OrderValidationRules.MaxQuantity)], new RequestedPayment("tok_ok")),
                byOperator: false
            )
            .Should()
            .BeEmpty();
}
