using DaprShop.Contracts;

namespace DaprShop.ServiceDefaults.Tests;

/// <summary>What is a name: whatever a path, a header and a query carry unchanged through gateways and sidecars.</summary>
public sealed class NamesTests
{
    [Theory]
    [InlineData("85123A")]
    [InlineData("m")]
    [InlineData("BANK CHARGES")]
    [InlineData("gift_0001_20")]
    [InlineData("_draft")]
    [InlineData("sku (1) & 2|3~+=@:,.-_")]
    [InlineData("auth0|507f1f77")]
    [InlineData("ann+test@example.org")]
    [InlineData("retail-exact-order-536365:7")]
    public void What_shops_use_is_a_name(string name) => Names.IsValid(name, Names.MaxItemLength).Should().BeTrue();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(" cup")]
    [InlineData("cup ")]
    [InlineData("-cup")]
    [InlineData("TR/7")]
    [InlineData(@"a\b")]
    [InlineData("p%25")]
    [InlineData("p?q")]
    [InlineData("p#q")]
    [InlineData("p;q")]
    [InlineData("a\tb")]
    [InlineData("a\nb")]
    [InlineData("a\u0000b")]
    [InlineData("a\u007fb")]
    [InlineData("Größe")]
    [InlineData("Gro\u0308sse")]
    [InlineData("\ud83c\udf00")]
    [InlineData("a\ud800b")]
    [InlineData("\"quoted\"")]
    public void What_a_path_or_a_header_cannot_carry_is_no_name(string? name) =>
        Names.IsValid(name, Names.MaxItemLength).Should().BeFalse();

    [Fact]
    public void A_name_has_as_many_characters_as_are_allowed()
    {
        Names.IsValid(new string('a', 64), 64).Should().BeTrue();
        Names.IsValid(new string('a', 65), 64).Should().BeFalse();
    }

    [Fact]
    public void Each_character_that_the_rule_lists_is_allowed_inside_a_name_and_no_other_is()
    {
        var listed = Names
            .Alphabet[..Names.Alphabet.IndexOf(", of which", StringComparison.Ordinal)]
            .Split("spaces and ")[1]
            .Split(' ')
            .Select(c => c[0]);
        var letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ";
        Enumerable
            .Range(0, 0x10000)
            .Select(c => (char)c)
            .Where(c => Names.IsValid($"a{c}b", Names.MaxItemLength))
            .Should()
            .BeEquivalentTo(letters.Concat(listed));
    }
}
