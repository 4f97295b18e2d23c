using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Rules.Tests.Inventory;

public sealed class LocationRulesTests
{
    private static readonly string[] Names = ["main", "maintenance", "north", "returns", "south"];

    [Theory]
    [InlineData("mian", "main")]
    [InlineData("Main", "main")]
    [InlineData("nort", "north")]
    [InlineData("outh", "south, north")]
    [InlineData("return", "returns")]
    [InlineData("quarantine", "")]
    public void A_misspelt_location_is_told_those_that_are_spelt_alike_the_most_alike_first(
        string name,
        string alike
    ) => string.Join(", ", LocationRules.Alike(name, Names)).Should().Be(alike);

    [Fact]
    public void An_order_gets_no_units_of_a_location_that_is_not_sold_from()
    {
        Level At(string location, bool sold) =>
            Level.Empty("cup", location) with
            {
                Quantities = new Quantities(OnHand: 5),
                Sold = sold,
            };

        SourcingRules
            .Plan([new("cup", 5)], _ => [At("a", false), At("b", true)], SourcingStrategy.Priority)
            .Should()
            .Equal(new AllocationPart("cup", "b", 5));
    }
}
