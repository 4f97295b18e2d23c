using DaprShop.Contracts;
using DaprShop.Gateway.BulkUpload;

namespace DaprShop.Rules.Tests.Gateway;

/// <summary>How a CSV file is read.</summary>
public sealed class CsvRulesTests
{
    [Theory]
    [InlineData("a,b,c", "a|b|c")]
    [InlineData("", "")]
    [InlineData(",", "|")]
    [InlineData("a,,", "a||")]
    [InlineData("\"a,b\",c", "a,b|c")]
    [InlineData("\"say \"\"hi\"\"\",", "say \"hi\"|")]
    [InlineData("\"\",x", "|x")]
    [InlineData(" a , b", " a | b")]
    public void Fields_are_split_by_RFC_4180(string line, string fields) =>
        CsvRules.SplitFields(line).Should().Equal(fields.Split('|'));

    [Theory]
    [InlineData("\"open,b")]
    [InlineData("\"a\"b,c")]
    [InlineData("a\"b,c")]
    [InlineData("a,\"")]
    public void A_misplaced_quotation_mark_makes_its_line_unreadable(string line) =>
        CsvRules.SplitFields(line).Should().BeNull();

    [Theory]
    [InlineData("sku,quantity,token", null)]
    [InlineData("SKU, Quantity , unitprice,\"token\",KEY,customer,onshortage", null)]
    [InlineData("sku,quantity", "Missing column 'token'")]
    [InlineData("sku,quantity,token,colour", "Unknown column 'colour'")]
    [InlineData("sku,quantity,token,sku", "Duplicate column 'sku'")]
    [InlineData("", "Unknown column ''")]
    [InlineData("\"sku", "Missing column 'sku'")]
    public void A_header_names_the_columns_in_any_order(string line, string? expected)
    {
        var header = CsvHeader.Parse(line, out var fault);
        (header is null).Should().Be(expected is not null);
        if (expected is not null)
            fault.Should().Contain(expected);
    }

    [Fact]
    public void Consecutive_lines_with_one_key_are_one_order_and_each_line_without_a_key_is_an_order() =>
        Read(
                "key,sku,quantity,token,customer,unitPrice,onShortage",
                "k,cup,1,tok_ok,bob,2.50,ask",
                "k,tea,2,,,,",
                "",
                "j,cup,1,tok_ok,,,",
                ",cup,3,tok_ok,,x,",
                ",tea,4,tok_ok,,,",
                "k,cup,9,tok_ok,,,"
            )
            .Should()
            .Equal(
                new BulkRow(
                    2,
                    """{"lines":[{"sku":"cup","quantity":1,"unitPrice":2.50},{"sku":"tea","quantity":2}],"payment":"""
                        + """{"token":"tok_ok"},"key":"k","customer":"bob","onShortage":"ask"}"""
                ),
                new BulkRow(5, """{"lines":[{"sku":"cup","quantity":1}],"payment":{"token":"tok_ok"},"key":"j"}"""),
                new BulkRow(
                    6,
                    """{"lines":[{"sku":"cup","quantity":3,"unitPrice":"x"}],"payment":{"token":"tok_ok"}}"""
                ),
                new BulkRow(7, """{"lines":[{"sku":"tea","quantity":4}],"payment":{"token":"tok_ok"}}"""),
                new BulkRow(8, """{"lines":[{"sku":"cup","quantity":9}],"payment":{"token":"tok_ok"},"key":"k"}""")
            );

    [Fact]
    public void An_order_with_an_unreadable_line_in_its_middle_is_rejected_whole()
    {
        var rows = Read(
            "key,sku,quantity,token",
            "k,cup,1,tok_ok",
            "k,\"cup",
            "k,tea,1,",
            "j,cup,1,tok_ok",
            "nonsense",
            "i,cup,1,tok_ok"
        );
        rows.Select(r => (r.Row, r.Body is null)).Should().Equal((2, true), (5, false), (6, true), (7, false));
        rows[0].Error.Should().Contain("Line 3");
        rows[2].Error.Should().Be("The header has 4 columns, but this line has 1.");
    }

    [Theory]
    [InlineData("k,cup,1,tok_declined,,", "token")]
    [InlineData("k,cup,1,,carl,", "customer")]
    [InlineData("k,cup,1,,,reject", "onShortage")]
    public void An_order_whose_lines_contradict_each_other_is_rejected(string second, string differing)
    {
        var rows = Read("key,sku,quantity,token,customer,onShortage", "k,cup,1,tok_ok,bob,ask", second);
        rows.Should().ContainSingle().Which.Error.Should().Contain($"Line 3 has a different {differing}");
    }

    [Fact]
    public void A_line_must_have_as_many_fields_as_the_header() =>
        Read("sku,quantity,token", "cup,1,tok_ok,more")
            .Should()
            .Equal(new BulkRow(2, null, "The header has 3 columns, but this line has 4."));

    [Fact]
    public void An_order_without_end_is_rejected_and_its_lines_are_not_kept()
    {
        var rows = Read([
            "key,sku,quantity,token",
            .. Enumerable.Repeat($"k,{new string('c', 1_000)},1,tok_ok", 300),
            "j,cup,1,tok_ok",
        ]);
        rows.Select(r => (r.Row, r.Error is null)).Should().Equal((2, false), (302, true));
    }

    [Fact]
    public void Unreadable_lines_are_returned_after_a_hundred_at_the_latest()
    {
        var reader = new CsvRowReader(CsvHeader.Parse("sku,quantity,token", out _)!);
        var first = Enumerable.Range(2, 1_000).First(i => reader.Read(new FileLine(i, "nonsense")).Any());
        first.Should().Be(101);
    }

    private static List<BulkRow> Read(params string[] lines)
    {
        var reader = new CsvRowReader(CsvHeader.Parse(lines[0], out _)!);
        return [.. lines.Skip(1).SelectMany((line, i) => reader.Read(new FileLine(i + 2, line))), .. reader.Complete()];
    }
}
