using DaprShop.Contracts;
using DaprShop.Gateway.Domain;

namespace DaprShop.Gateway.Tests;

/// <summary>What a comma-separated file means.</summary>
public sealed class CsvRowsTests
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
    public void Fields_are_those_of_RFC_4180(string line, string fields) =>
        CsvHeader.Split(line).Should().Equal(fields.Split('|'));

    [Theory]
    [InlineData("\"open,b")]
    [InlineData("\"a\"b,c")]
    [InlineData("a\"b,c")]
    [InlineData("a,\"")]
    public void A_quotation_mark_that_is_out_of_place_spoils_its_line_only(string line) =>
        CsvHeader.Split(line).Should().BeNull();

    [Theory]
    [InlineData("sku,quantity,token", null)]
    [InlineData("SKU, Quantity , unitprice,\"token\",KEY,customer,onshortage", null)]
    [InlineData("sku,quantity", "'token' is missing")]
    [InlineData("sku,quantity,token,colour", "no column 'colour'")]
    [InlineData("sku,quantity,token,sku", "twice")]
    [InlineData("", "no column ''")]
    [InlineData("\"sku", "is missing")]
    public void A_header_names_the_columns_in_any_sequence(string line, string? wrong)
    {
        var header = CsvHeader.Parse(line, out var fault);
        (header is null).Should().Be(wrong is not null);
        if (wrong is not null)
            fault.Should().Contain(wrong);
    }

    [Fact]
    public void Consecutive_lines_of_one_key_are_one_order_and_lines_without_a_key_are_one_each() =>
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
                    """{"lines":[{"sku":"cup","quantity":1,"unitPrice":2.50},{"sku":"tea","quantity":2}],"payment":{"token":"tok_ok"},"key":"k","customer":"bob","onShortage":"ask"}"""
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
    public void An_order_with_an_unreadable_line_in_its_middle_is_not_taken_in_part()
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
        rows[0].Fault.Should().Contain("Line 3");
        rows[2].Fault.Should().Be("It has 1 fields, the header has 4.");
    }

    [Theory]
    [InlineData("k,cup,1,tok_declined,,", "token")]
    [InlineData("k,cup,1,,carl,", "customer")]
    [InlineData("k,cup,1,,,reject", "onShortage")]
    public void Lines_of_one_order_that_contradict_each_other_are_none(string second, string differing)
    {
        var rows = Read("key,sku,quantity,token,customer,onShortage", "k,cup,1,tok_ok,bob,ask", second);
        rows.Should().ContainSingle().Which.Fault.Should().Contain($"Line 3 has another {differing}");
    }

    [Fact]
    public void A_line_has_as_many_fields_as_the_header() =>
        Read("sku,quantity,token", "cup,1,tok_ok,more")
            .Should()
            .Equal(new BulkRow(2, null, "It has 4 fields, the header has 3."));

    [Fact]
    public void An_order_without_end_is_given_up_and_takes_no_more_memory()
    {
        var rows = Read([
            "key,sku,quantity,token",
            .. Enumerable.Repeat($"k,{new string('c', 1_000)},1,tok_ok", 300),
            "j,cup,1,tok_ok",
        ]);
        rows.Select(r => (r.Row, r.Fault is null)).Should().Equal((2, false), (302, true));
    }

    [Fact]
    public void Nonsense_of_any_length_is_passed_on_as_it_comes()
    {
        var reader = new CsvRows(CsvHeader.Parse("sku,quantity,token", out _)!);
        var first = Enumerable.Range(2, 1_000).First(i => reader.Take(new FileLine(i, "nonsense")).Any());
        first.Should().Be(101);
    }

    private static List<BulkRow> Read(params string[] lines)
    {
        var reader = new CsvRows(CsvHeader.Parse(lines[0], out _)!);
        return [.. lines.Skip(1).SelectMany((line, i) => reader.Take(new FileLine(i + 2, line))), .. reader.End()];
    }
}
