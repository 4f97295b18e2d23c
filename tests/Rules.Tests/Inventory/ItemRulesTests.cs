using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Catalogue;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>How items may be changed.</summary>
public sealed class ItemRulesTests
{
    private static readonly Item Cup = new("cup", "Cup", 2.5m, true, 7, 4, 3);

    [Theory]
    [InlineData("""{"name":"Mug"}""", """{"sku":"cup","name":"Mug","price":2.5,"stocked":true,"backorderLimit":7""")]
    [InlineData("""{"maxPerCustomer":null}""", "\"maxPerCustomer\":null,\"lowStockAt\":3,\"onSale\":true")]
    [InlineData("""{"lowStockAt":null,"onSale":false}""", "\"maxPerCustomer\":4,\"lowStockAt\":null,\"onSale\":false")]
    [InlineData(
        """{"price":3,"stocked":false,"backorderLimit":0}""",
        "\"price\":3,\"stocked\":false,\"backorderLimit\":0"
    )]
    public void A_change_sets_what_it_states(string change, string expected) =>
        JsonSerializer
            .Serialize(ItemRules.Apply(Read<PatchItem.Request>(change), Cup), JsonSerializerOptions.Web)
            .Should()
            .Contain(expected);

    [Theory]
    [InlineData("""{"price":null}""", "/price")]
    [InlineData("""{"stocked":null}""", "/stocked")]
    [InlineData("""{"backorderLimit":null}""", "/backorderLimit")]
    [InlineData("""{"onSale":null}""", "/onSale")]
    [InlineData("""{"maxPerCustomer":null,"lowStockAt":null}""", null)]
    public void Only_a_limit_and_a_threshold_can_be_removed(string change, string? field) =>
        ItemRules
            .Check(Read<PatchItem.Request>(change))
            .Select(e => e.Field)
            .Should()
            .Equal(field is null ? [] : [field]);

    [Fact]
    public void A_replacement_states_every_rule()
    {
        ItemRules
            .LeftOut(Read<PutItem.Request>("""{"name":"Cup","price":2,"lowStockAt":null}"""))
            .Should()
            .Equal("stocked", "backorderLimit", "maxPerCustomer", "onSale");
        ItemRules
            .LeftOut(
                Read<PutItem.Request>(
                    """
                    {"name":"Cup","price":2,"stocked":true,"backorderLimit":0,"maxPerCustomer":null,"lowStockAt":null,
                     "onSale":true}
                    """
                )
            )
            .Should()
            .BeEmpty();
    }

    [Theory]
    [InlineData(null, true, true)]
    [InlineData("*", true, false)]
    [InlineData("\"2\"", true, false)]
    [InlineData("\"1\", \"2\"", true, false)]
    [InlineData("\"1\"", false, false)]
    [InlineData("W/\"2\"", false, false)]
    [InlineData("2", false, false)]
    public void If_Match_names_the_item_as_it_is(string? ifMatch, bool item, bool none)
    {
        IfMatch.Names(ifMatch, new Versioned<Item>(Cup, 2)).Should().Be(item);
        IfMatch.Names<Item>(ifMatch, null).Should().Be(none);
    }

    [Fact]
    public void Those_who_wait_are_served_when_a_limit_is_raised_or_the_item_is_on_sale_again()
    {
        ItemRules.MayServeMore(null, Cup).Should().BeFalse("nobody waits for a new item");
        ItemRules.MayServeMore(Cup, Cup with { MaxPerCustomer = 5 }).Should().BeTrue();
        ItemRules.MayServeMore(Cup, Cup with { MaxPerCustomer = null }).Should().BeTrue();
        ItemRules.MayServeMore(Cup, Cup with { MaxPerCustomer = 4, Price = 9 }).Should().BeFalse();
        ItemRules.MayServeMore(Cup with { MaxPerCustomer = null }, Cup).Should().BeFalse();
        ItemRules.MayServeMore(Cup with { OnSale = false }, Cup).Should().BeTrue();
        ItemRules.MayServeMore(Cup, Cup with { OnSale = false }).Should().BeFalse();
    }

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web)!;
}
