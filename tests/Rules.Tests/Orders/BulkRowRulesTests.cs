using DaprShop.Contracts;
using DaprShop.Orders.Bulk;
using DaprShop.Orders.Placing;
using DaprShop.ServiceDefaults;

namespace DaprShop.Rules.Tests.Orders;

/// <summary>What happens to a row of a bulk file.</summary>
public sealed class BulkRowRulesTests
{
    private static readonly Dictionary<string, Item> Catalogue = new()
    {
        ["cup"] = new("cup", "Cup", 2.5m, Stocked: true),
        ["tea"] = new("tea", "Tea", 4m, Stocked: true),
    };

    [Fact]
    public void A_valid_row_is_accepted_at_the_catalogues_price_or_its_own()
    {
        var verdict = Decide([new("cup", 2), new("tea", 1, 3m)]);

        verdict.Errors.Should().BeEmpty();
        verdict.Lines.Should().Equal(new("cup", 2, 2.5m), new PricedLine("tea", 1, 3m));
    }

    [Fact]
    public void A_row_that_could_not_be_read_is_rejected_with_its_errors()
    {
        var error = new ValidationError("", "Not JSON.");

        var verdict = BulkRowRules.Decide(
            new BulkOrder(null, null, [error]),
            byOperator: true,
            BulkPolicies.IgnoreFailed,
            Catalogue
        );

        verdict.Lines.Should().BeNull();
        verdict.Errors.Should().Equal(error);
    }

    [Theory]
    [InlineData(BulkPolicies.RejectEverything)]
    [InlineData(BulkPolicies.RejectFailedRows)]
    public void An_error_in_a_line_rejects_its_row(string policy)
    {
        var verdict = Decide([new("cup", 2), new("pot", 1)], policy);

        verdict.Lines.Should().BeNull();
        verdict.Errors.Should().Equal(new ValidationError("/lines/1/sku", "Item 'pot' was not found."));
    }

    [Fact]
    public void Where_failures_are_ignored_the_row_is_accepted_without_the_lines_that_have_errors()
    {
        var verdict = Decide([new("pot", 1), new("cup", 2), new("tea", 0)], BulkPolicies.IgnoreFailed);

        verdict.Lines.Should().Equal(new PricedLine("cup", 2, 2.5m));
        verdict.Errors.Select(e => e.Field).Should().Equal("/lines/2/quantity", "/lines/0/sku");
    }

    [Fact]
    public void Where_failures_are_ignored_a_row_without_a_good_line_is_rejected()
    {
        var verdict = Decide([new("pot", 1)], BulkPolicies.IgnoreFailed);

        verdict.Lines.Should().BeNull();
    }

    [Fact]
    public void Where_failures_are_ignored_an_error_outside_the_lines_rejects_the_row_all_the_same()
    {
        var verdict = Decide([new("cup", 1)], BulkPolicies.IgnoreFailed, key: "");

        verdict.Lines.Should().BeNull();
        verdict.Errors.Should().ContainSingle();
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(IdempotencyKey.MaxLength, true)]
    [InlineData(IdempotencyKey.MaxLength + 1, false)]
    public void A_key_has_as_many_characters_as_an_idempotency_key(int length, bool allowed) =>
        Decide([new("cup", 1)], key: new string('k', length))
            .Errors.Should()
            .Equal(allowed ? [] : [NameErrors.Of("/key", IdempotencyKey.MaxLength)]);

    [Fact]
    public void A_line_that_could_not_be_read_is_reported_once_and_other_lines_are_still_checked()
    {
        var unreadable = new ValidationError("/lines/0/quantity", "Must be a whole number.");
        var row = new BulkOrder(
            null,
            new OrderRequest([null!, new("cup", 0)], new RequestedPayment("tok_ok")),
            [unreadable]
        );

        var verdict = BulkRowRules.Decide(row, byOperator: true, BulkPolicies.RejectFailedRows, Catalogue);

        verdict
            .Errors.Should()
            .Equal(
                unreadable,
                new ValidationError("/lines/1/quantity", $"Must be 1 to {OrderValidationRules.MaxQuantity}.")
            );
    }

    [Fact]
    public void A_row_that_costs_too_much_is_rejected()
    {
        var line = new RequestedLine("cup", OrderValidationRules.MaxQuantity, OrderValidationRules.MaxUnitPrice);

        Decide([line]).Lines.Should().NotBeNull("this is the largest total that is allowed");
        var verdict = Decide([line, new("cup", 1)]);

        verdict.Lines.Should().BeNull();
        verdict
            .Errors.Should()
            .Equal(
                new ValidationError("/lines", $"The order's total must not exceed {OrderValidationRules.MaxTotal} GBP.")
            );
    }

    private static BulkVerdict Decide(
        IReadOnlyList<RequestedLine> lines,
        string policy = BulkPolicies.RejectFailedRows,
        string? key = null
    ) =>
        BulkRowRules.Decide(
            new BulkOrder(key, new OrderRequest(lines, new RequestedPayment("tok_ok")), []),
            byOperator: true,
            policy,
            Catalogue
        );
}
